using System.CommandLine;
using System.Text.Json;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Training.Evaluation;
using LLMBlender.Training.Fusion.Data;
using LLMBlender.Training.Fusion.Evaluation;
using LLMBlender.Training.Fusion.Network;
using LLMBlender.Training.Fusion.Runs;
using TorchSharp;

namespace LLMBlender.Training;

/// <summary><c>evaluate-fuser --model DIR --corpus FILE …</c>: measures a fuser on damaged copies of held-out texts.</summary>
internal static class EvaluateFuserCommand
{
    private const int RecordSeed = 20230605;
    private const int BatchRows = 16;

    public static Command Create()
    {
        var model = new Option<DirectoryInfo>("--model") { Description = "a T5 v1.1 folder in the Hugging Face layout", Required = true };
        var corpus = new Option<string[]>("--corpus") { Description = "whole answers, of which the held-out ones are used", Required = true };
        var config = new Option<FileInfo?>("--config") { Description = "the run's configuration, whose last phase says how records are made" };
        var records = new Option<int>("--records") { Description = "how many records", DefaultValueFactory = _ => 500 };
        var mishaps = new Option<int?>("--mishaps") { Description = "mishaps of every candidate, instead of the recipe's" };
        var ranker = new Option<DirectoryInfo?>("--ranker") { Description = "a pair ranker's model folder; its choice is measured too" };
        var tokens = new Option<int>("--max-new-tokens") { DefaultValueFactory = _ => 128 };
        var show = new Option<int>("--show") { Description = "records to print with candidates and answers" };
        var to = new Option<string?>("--to") { Description = "also write the findings as JSON to this file" };
        var command = new Command("evaluate-fuser", "Measures a fuser by chrF and ROUGE-L, with 95 % intervals.")
            { model, corpus, config, records, mishaps, ranker, tokens, show, to };
        command.SetAction(result => Guard.Run(() =>
        {
            FusionRecipe recipe = result.GetValue(config) is { } file ? FuserRunConfig.Load(file.FullName).Phases[^1].Recipe : new();
            recipe = recipe with { FewerShare = 0, WholeShare = 0 };
            recipe = result.GetValue(mishaps) is { } count ? recipe with { LeastMishaps = count, MostMishaps = count } : recipe;
            FusionOutcome[] outcomes =
            [
                .. Outcomes(
                    result.GetValue(model)!.FullName, result.GetValue(corpus)!, recipe, result.GetValue(records),
                    result.GetValue(ranker)?.FullName, result.GetValue(tokens)),
            ];
            foreach (FusionOutcome outcome in outcomes.Take(result.GetValue(show)))
            {
                Show(outcome);
            }

            Finding[] findings = [.. FusionEvaluation.Run(Path.GetFileName(result.GetValue(corpus)![0]), outcomes)];
            EvaluateCommand.Print(findings);
            if (result.GetValue(to) is { } target)
            {
                File.WriteAllText(target, JsonSerializer.Serialize(findings, EvaluateCommand.Json) + "\n");
            }

            return 0;
        }));
        return command;
    }

    private static IEnumerable<FusionOutcome> Outcomes(
        string model, IEnumerable<string> corpus, FusionRecipe recipe, int count, string? ranker, int mostTokens)
    {
        FuserTokens tokens = FuserTokens.Load(model);
        using FuserNetwork network = FuserNetwork.Load(model);
        torch.set_num_threads(1);
        using PairRankerModel? comparer = ranker is null ? null : PairRankerModel.Load(ranker, new PairRankerOptions { Threads = 1 });
        var chooser = comparer is null ? null : new CandidateChooser(comparer);
        var random = new Random(RecordSeed);
        FusionRecords records = new FusionCorpus(corpus, tokens).HeldOutRecords;
        var writer = new GreedyWriter(network);
        foreach (FusionRecord[] batch in Enumerable.Range(0, count).Select(_ => records.Next(recipe, random)).Chunk(BatchRows))
        {
            var written = writer.Write([.. batch.Select(tokens.Source)], mostTokens);
            foreach (var (record, ids) in batch.Zip(written))
            {
                string fused = tokens.Decode(ids);
                yield return new FusionOutcome(record, fused, chooser?.Choose(record, fused));
            }
        }
    }

    private static void Show(FusionOutcome outcome)
    {
        Console.WriteLine($"instruction {outcome.Record.Instruction}");
        foreach (string candidate in outcome.Record.Candidates)
        {
            Console.WriteLine($"candidate   {candidate}");
        }

        Console.WriteLine($"reference   {outcome.Record.Reference}");
        Console.WriteLine($"fused       {outcome.Fused}\n");
    }
}
