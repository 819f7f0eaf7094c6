using System.CommandLine;
using System.Text.Json;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Training.Data;
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
    private static readonly JsonSerializerOptions Lines = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var model = new Option<DirectoryInfo>("--model") { Description = "a T5 v1.1 folder in the Hugging Face layout", Required = true };
        var corpus = new Option<string[]>("--corpus") { Description = "whole answers, of which the held-out ones are used", Required = true };
        var config = new Option<FileInfo?>("--config") { Description = "the run's configuration, whose last phase says how records are made" };
        var count = new Option<int>("--records") { Description = "how many records", DefaultValueFactory = _ => 500 };
        var corruptions = new Option<int?>("--corruptions") { Description = "corruptions of every candidate, instead of the recipe's" };
        var ranker = new Option<DirectoryInfo?>("--ranker") { Description = "a pair ranker's model folder; its choice is measured too" };
        var tokens = new Option<int>("--max-new-tokens") { DefaultValueFactory = _ => 128 };
        var show = new Option<int>("--show") { Description = "records to print with candidates and answers" };
        var records = new Option<string?>("--write-records") { Description = "also write the records to this file, as `llmblender fuse` reads them" };
        var answers = new Option<string?>("--answers") { Description = "what `llmblender fuse` made of those records, measured instead of greedy answers" };
        var to = new Option<string?>("--to") { Description = "also write the findings as JSON to this file" };
        var command = new Command("evaluate-fuser", "Measures a fuser by chrF and ROUGE-L, with 95 % intervals.")
            { model, corpus, config, count, corruptions, ranker, tokens, show, records, answers, to };
        command.SetAction(result => CommandErrorHandler.Run(() =>
        {
            string folder = result.GetValue(model)!.FullName;
            FuserTokens vocabulary = FuserTokens.Load(folder);
            FusionRecord[] made = Draw(
                result.GetValue(corpus)!, vocabulary, Recipe(result.GetValue(config), result.GetValue(corruptions)), result.GetValue(count));
            if (result.GetValue(records) is { } file)
            {
                File.WriteAllLines(file, made.Select((record, i) => JsonSerializer.Serialize(FuseRecord.Of(record, i), Lines)));
            }

            string[] fused = result.GetValue(answers) is { } given
                ? Read(given, made.Length)
                : [.. Write(folder, vocabulary, made, result.GetValue(tokens))];
            FusionOutcome[] outcomes = Judge(made, fused, result.GetValue(ranker)?.FullName);
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

    private static FusionRecipe Recipe(FileInfo? config, int? corruptions)
    {
        FusionRecipe recipe = config is null ? new() : FuserRunConfig.Load(config.FullName).Phases[^1].Recipe;
        recipe = recipe with { FewerShare = 0, WholeShare = 0 };
        return corruptions is { } count ? recipe with { LeastMishaps = count, MostMishaps = count } : recipe;
    }

    private static FusionRecord[] Draw(IEnumerable<string> corpus, FuserTokens tokens, FusionRecipe recipe, int count)
    {
        var random = new Random(RecordSeed);
        FusionRecords records = new FusionCorpus(corpus, tokens).HeldOutRecords;
        return [.. Enumerable.Range(0, count).Select(_ => records.Next(recipe, random))];
    }

    private static IEnumerable<string> Write(string folder, FuserTokens tokens, IEnumerable<FusionRecord> records, int mostTokens)
    {
        using FuserNetwork network = FuserNetwork.Load(folder);
        torch.set_num_threads(1);
        var writer = new GreedyWriter(network);
        foreach (FusionRecord[] batch in records.Chunk(BatchRows))
        {
            foreach (int[] ids in writer.Write([.. batch.Select(tokens.Source)], mostTokens))
            {
                yield return tokens.Decode(ids);
            }
        }
    }

    private static string[] Read(string file, int count)
    {
        Dictionary<int, string> answers = DataFiles.Read<FuseAnswer>(file).ToDictionary(answer => answer.Id, answer => answer.Answer);
        return
        [
            .. Enumerable.Range(0, count).Select(id => answers.TryGetValue(id, out string? answer)
                ? answer
                : throw new DataException($"{file}: has no answer with the id {id}")),
        ];
    }

    private static FusionOutcome[] Judge(FusionRecord[] records, string[] fused, string? ranker)
    {
        using PairRankerModel? comparer = ranker is null ? null : PairRankerModel.Load(ranker, new PairRankerOptions { Threads = 1 });
        var chooser = comparer is null ? null : new CandidateChooser(comparer);
        return [.. records.Zip(fused, (record, answer) => new FusionOutcome(record, answer, chooser?.Choose(record, answer)))];
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
