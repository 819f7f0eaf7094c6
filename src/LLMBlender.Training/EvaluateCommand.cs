using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LLMBlender.Training.Evaluation;

namespace LLMBlender.Training;

/// <summary><c>evaluate --model DIR …</c>: measures a ranker on pairs, candidate sets and made-up pairs.</summary>
internal static class EvaluateCommand
{
    internal static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var model = new Option<DirectoryInfo>("--model") { Description = "a model folder, or a checkpoint in the PairRM-hf layout", Required = true };
        var pairs = new Option<string[]>("--pairs") { Description = "JSON Lines of pairs (id, source, prompt, chosen, rejected)" };
        var heldOut = new Option<string[]>("--held-out-pairs") { Description = "training pairs, of which only the held-out ones are measured" };
        var sets = new Option<string[]>("--candidate-sets") { Description = "JSON Lines of candidate sets" };
        var score = new Option<string>("--score") { Description = "the judge's score in the sets", DefaultValueFactory = _ => "gpt4turbo_win_prob" };
        var corpus = new Option<string[]>("--corpus") { Description = "whole answers, of which the held-out ones are damaged and measured" };
        var madeUp = new Option<int>("--made-up") { Description = "made-up pairs of each kind", DefaultValueFactory = _ => 200 };
        var setsMadeUp = new Option<string[]>("--made-up-of-sets") { Description = "candidate sets whose answers are damaged and measured" };
        var plain = new Option<string[]>("--plain-cases") { Description = "JSON Lines of plain questions (kind, instruction, better, worse)" };
        var bag = new Option<string?>("--bag-of-words") { Description = "pairs to fit a bag of words to, which then stands beside" };
        var beside = new Option<DirectoryInfo?>("--beside") { Description = "another model, say at another precision: how often it chooses the same of a set" };
        var limit = new Option<int>("--limit") { Description = "most records of each file", DefaultValueFactory = _ => int.MaxValue };
        var source = new Option<int?>("--source-max-length") { Description = "tokens of the source, instead of the model's own" };
        var candidate = new Option<int?>("--candidate-max-length") { Description = "tokens of a candidate, instead of the model's own" };
        var workers = new Option<int>("--workers") { DefaultValueFactory = _ => Environment.ProcessorCount };
        var to = new Option<string?>("--to") { Description = "also write the findings as JSON to this file" };
        var figures = new Option<string?>("--figures") { Description = "also replace the tables in this Markdown file, between <!-- figures --> and <!-- /figures -->" };
        var command = new Command("evaluate", "Measures a ranker, with 95 % intervals.")
            { model, pairs, heldOut, sets, score, corpus, madeUp, setsMadeUp, plain, bag, beside, limit, source, candidate, workers, to, figures };
        command.SetAction(result => CommandErrorHandler.Run(() =>
        {
            var lengths = (result.GetValue(source), result.GetValue(candidate));
            using var measuredRanker = EvaluatedRanker.Load(result.GetValue(model)!.FullName, lengths, result.GetValue(workers));
            using var other = result.GetValue(beside) is { } second ? EvaluatedRanker.Load(second.FullName, lengths, result.GetValue(workers)) : null;
            var evaluation = new Evaluator(measuredRanker.Scorer, measuredRanker.Lexicon, result.GetValue(limit), result.GetValue(bag));
            IEnumerable<Finding> measured = (result.GetValue(pairs) ?? []).SelectMany(evaluation.Pairs)
                .Concat((result.GetValue(heldOut) ?? []).SelectMany(evaluation.HeldOutPairs))
                .Concat((result.GetValue(corpus) ?? []).SelectMany(file => evaluation.MadeUp(file, result.GetValue(madeUp))))
                .Concat((result.GetValue(setsMadeUp) ?? []).SelectMany(file => evaluation.MadeUpOfSets(file, result.GetValue(madeUp))))
                .Concat((result.GetValue(sets) ?? []).SelectMany(file => evaluation.CandidateSets(file, result.GetValue(score)!, other?.Scorer)))
                .Concat((result.GetValue(plain) ?? []).SelectMany(evaluation.PlainCases));
            var findings = new List<Finding>();
            foreach (Finding finding in measured)
            {
                Print(finding);
                findings.Add(finding);
            }

            if (result.GetValue(to) is { } file)
            {
                File.WriteAllText(file, JsonSerializer.Serialize(findings, Json) + "\n");
            }

            if (result.GetValue(figures) is { } readme)
            {
                FigureTables.Replace(readme, findings);
            }

            return 0;
        }));
        return command;
    }

    internal static void Print(IEnumerable<Finding> findings)
    {
        foreach (Finding finding in findings)
        {
            Print(finding);
        }
    }

    private static void Print(Finding finding)
    {
        var (data, part, metric, estimate) = finding;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{data,-24} {part,-28} {metric,-36} {estimate.Value:F4}  [{estimate.Low:F4}, {estimate.High:F4}]  n={estimate.Count}"));
    }
}
