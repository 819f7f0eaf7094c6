using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LLMBlender.Training.Data;
using LLMBlender.Training.Evaluation;
using LLMBlender.Training.Network;
using LLMBlender.Training.Runs;
using TorchSharp;

namespace LLMBlender.Training;

/// <summary><c>evaluate --model DIR …</c>: measures a ranker on pairs, candidate sets and made-up pairs.</summary>
internal static class EvaluateCommand
{
    // What the reference ranks with where a checkpoint names no lengths.
    private const int ReferenceSource = 1224;
    private const int ReferenceCandidate = 412;
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var model = new Option<DirectoryInfo>("--model") { Description = "a folder in the PairRM-hf layout", Required = true };
        var pairs = new Option<string[]>("--pairs") { Description = "JSON Lines of pairs (id, source, prompt, chosen, rejected)" };
        var heldOut = new Option<string[]>("--held-out-pairs") { Description = "training pairs, of which only the held-out ones are measured" };
        var sets = new Option<string[]>("--candidate-sets") { Description = "JSON Lines of candidate sets" };
        var score = new Option<string>("--score") { Description = "the judge's score in the sets", DefaultValueFactory = _ => "gpt4turbo_win_prob" };
        var corpus = new Option<string[]>("--corpus") { Description = "whole answers, of which the held-out ones are damaged and measured" };
        var madeUp = new Option<int>("--made-up") { Description = "made-up pairs of each kind", DefaultValueFactory = _ => 200 };
        var setsMadeUp = new Option<bool>("--made-up-of-sets") { Description = "also damage the sets' answers and measure those" };
        var bag = new Option<string?>("--bag-of-words") { Description = "pairs to fit a bag of words to, which then stands beside" };
        var limit = new Option<int>("--limit") { Description = "most records of each file", DefaultValueFactory = _ => int.MaxValue };
        var source = new Option<int?>("--source-max-length") { Description = "tokens of the source, instead of the model's own" };
        var candidate = new Option<int?>("--candidate-max-length") { Description = "tokens of a candidate, instead of the model's own" };
        var workers = new Option<int>("--workers") { DefaultValueFactory = _ => Environment.ProcessorCount };
        var to = new Option<string?>("--to") { Description = "also write the findings as JSON to this file" };
        var command = new Command("evaluate", "Measures a ranker, with 95 % intervals.")
            { model, pairs, heldOut, sets, score, corpus, madeUp, setsMadeUp, bag, limit, source, candidate, workers, to };
        command.SetAction(result => Guard.Run(() =>
        {
            torch.set_num_threads(1);
            string folder = result.GetValue(model)!.FullName;
            RankerTokens tokens = RankerTokens.Load(folder);
            using PairRankerNetwork network = NetworkWeights.LoadRanker(folder);
            var scorer = new PairScorer(network, tokens.Layout, result.GetValue(workers))
            {
                SourceMaxLength = result.GetValue(source) ?? Own(network.Config.SourceMaxLength, ReferenceSource),
                CandidateMaxLength = result.GetValue(candidate) ?? Own(network.Config.CandidateMaxLength, ReferenceCandidate),
            };
            var evaluation = new Evaluator(scorer, new Lexicon(tokens.Encode), result.GetValue(limit), result.GetValue(bag));
            IEnumerable<Finding> findings =
            [
                .. (result.GetValue(pairs) ?? []).SelectMany(evaluation.Pairs),
                .. (result.GetValue(heldOut) ?? []).SelectMany(evaluation.HeldOutPairs),
                .. (result.GetValue(corpus) ?? []).SelectMany(file => evaluation.MadeUp(file, result.GetValue(madeUp))),
                .. (result.GetValue(sets) ?? []).SelectMany(file => evaluation.CandidateSets(file, result.GetValue(score)!)),
                .. (result.GetValue(setsMadeUp) ? result.GetValue(sets) ?? [] : [])
                    .SelectMany(file => evaluation.MadeUpOfSets(file, result.GetValue(madeUp))),
            ];
            Print(findings);
            if (result.GetValue(to) is { } file)
            {
                File.WriteAllText(file, JsonSerializer.Serialize(findings, Json) + "\n");
            }

            return 0;
        }));
        return command;
    }

    private static int Own(int length, int otherwise) => length > 0 ? length : otherwise;

    private static void Print(IEnumerable<Finding> findings)
    {
        foreach (var (data, part, metric, estimate) in findings)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{data,-28} {part,-30} {metric,-32} {estimate.Value:F4}  [{estimate.Low:F4}, {estimate.High:F4}]  n={estimate.Count}"));
        }
    }
}
