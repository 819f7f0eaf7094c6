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
    internal static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var model = new Option<DirectoryInfo>("--model") { Description = "a folder in the PairRM-hf layout", Required = true };
        var pairs = new Option<string[]>("--pairs") { Description = "JSON Lines of pairs (id, source, prompt, chosen, rejected)" };
        var heldOut = new Option<string[]>("--held-out-pairs") { Description = "training pairs, of which only the held-out ones are measured" };
        var sets = new Option<string[]>("--candidate-sets") { Description = "JSON Lines of candidate sets" };
        var score = new Option<string>("--score") { Description = "the judge's score in the sets", DefaultValueFactory = _ => "gpt4turbo_win_prob" };
        var corpus = new Option<string[]>("--corpus") { Description = "whole answers, of which the held-out ones are damaged and measured" };
        var madeUp = new Option<int>("--made-up") { Description = "made-up pairs of each kind", DefaultValueFactory = _ => 200 };
        var limit = new Option<int>("--limit") { Description = "most records of each file", DefaultValueFactory = _ => int.MaxValue };
        var source = new Option<int>("--source-max-length") { Description = "tokens of the source", DefaultValueFactory = _ => 160 };
        var candidate = new Option<int>("--candidate-max-length") { Description = "tokens of a candidate", DefaultValueFactory = _ => 320 };
        var workers = new Option<int>("--workers") { DefaultValueFactory = _ => Environment.ProcessorCount };
        var to = new Option<string?>("--to") { Description = "also write the findings as JSON to this file" };
        var command = new Command("evaluate", "Measures a ranker, with 95 % intervals.")
            { model, pairs, heldOut, sets, score, corpus, madeUp, limit, source, candidate, workers, to };
        command.SetAction(result => Guard.Run(() =>
        {
            torch.set_num_threads(1);
            string folder = result.GetValue(model)!.FullName;
            RankerTokens tokens = RankerTokens.Load(folder);
            using PairRankerNetwork network = NetworkWeights.LoadRanker(folder);
            var scorer = new PairScorer(network, tokens.Layout, result.GetValue(workers))
            {
                SourceMaxLength = result.GetValue(source),
                CandidateMaxLength = result.GetValue(candidate),
            };
            var evaluation = new Evaluator(scorer, new Lexicon(tokens.Encode), result.GetValue(limit));
            IEnumerable<Finding> findings =
            [
                .. (result.GetValue(pairs) ?? []).SelectMany(evaluation.Pairs),
                .. (result.GetValue(heldOut) ?? []).SelectMany(evaluation.HeldOutPairs),
                .. (result.GetValue(corpus) ?? []).SelectMany(file => evaluation.MadeUp(file, result.GetValue(madeUp))),
                .. (result.GetValue(sets) ?? []).SelectMany(file => evaluation.CandidateSets(file, result.GetValue(score)!)),
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

    internal static void Print(IEnumerable<Finding> findings)
    {
        foreach (var (data, part, metric, estimate) in findings)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{data,-28} {part,-30} {metric,-32} {estimate.Value:F4}  [{estimate.Low:F4}, {estimate.High:F4}]  n={estimate.Count}"));
        }
    }
}
