using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LLMBlender.Cli;
using LLMBlender.Core.Ranking;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Benchmarks;

/// <summary>What an aggregation's ranking takes with a real ranker, one record at a time and all at once, beside the full matrix.</summary>
internal static class EngineClock
{
    private static readonly string[] Names =
        [MaxLogits.Aggregation, MaxWins.Aggregation, BubbleSort.Aggregation, BubbleSort.BestAlone, Adaptive.Aggregation];

    /// <summary>Ranks every record under every aggregation.</summary>
    /// <param name="folder">The ranker.</param>
    /// <param name="file">JSON Lines of records.</param>
    /// <returns>The full matrix of each record.</returns>
    public static List<float[,]> Run(string folder, string file)
    {
        using var model = PairRankerModel.Load(folder);
        EncodedRecord[] records = [.. File.ReadLines(file).Select(line => Encode(model, line))];
        var alone = Array.ConvertAll(Names, _ => new List<double>());
        var matrices = new List<float[,]>();
        for (var r = 0; r < records.Length; r++)
        {
            // Turn by turn, each first as often as the others.
            for (var turn = 0; turn < Names.Length; turn++)
            {
                var which = (r + turn) % Names.Length;
                var engine = RankingEngines.Create(Names[which], records[r].CandidateCount);
                var start = Stopwatch.GetTimestamp();
                var matrix = Rank(model, engine, records[r]);
                alone[which].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                if (which == 0)
                {
                    matrices.Add(matrix);
                }
            }
        }

        Console.WriteLine($"\n{Path.GetFileName(file)} by {Path.GetFileName(folder)}: {records.Length} rankings");
        Console.WriteLine($"{"engine",-22}{"alone, ms",12}{"95th, ms",12}{"of full",10}{"all, s",12}{"of full",10}");
        var together = Array.ConvertAll(Names, name => Together(folder, file, name));
        for (var i = 0; i < Names.Length; i++)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Names[i],-22}{alone[i].Average(),12:0.0}{alone[i].Order().ElementAt(alone[i].Count * 95 / 100),12:0.0}{alone[i].Sum() / alone[0].Sum(),10:0.000}{together[i],12:0.0}{together[i] / together[0],10:0.000}"));
        }

        return matrices;
    }

    // A record alone: a round's pairs are one call, and the next round waits for it.
    private static float[,] Rank(PairRankerModel model, RankingEngine engine, EncodedRecord record)
    {
        var matrix = new float[record.CandidateCount, record.CandidateCount];
        while (!engine.IsSettled)
        {
            var pairs = engine.NextPairs().ToArray();
            var logits = new float[pairs.Length];
            model.Compare(Array.ConvertAll(pairs, pair => new Comparison(record, pair.First, pair.Second)), logits);
            for (var i = 0; i < pairs.Length; i++)
            {
                engine.Record(pairs[i], logits[i]);
                matrix[pairs[i].First, pairs[i].Second] = logits[i];
            }
        }

        engine.Rank();
        return matrix;
    }

    // All records together, as the verb ranks a file: batches are filled across records.
    private static double Together(string folder, string file, string aggregation)
    {
        var terminal = new Terminal(Stream.Null, Stream.Null, Stream.Null);
        var start = Stopwatch.GetTimestamp();
        var code = LlmBlender.RunAsync(["rank", "--from", file, "--ranker", folder, "--aggregate", aggregation], terminal).GetAwaiter().GetResult();
        return code == ExitCode.Done ? Stopwatch.GetElapsedTime(start).TotalSeconds : throw new InvalidOperationException($"rank ended with {code}");
    }

    private static EncodedRecord Encode(PairRankerModel model, string line)
    {
        using var record = JsonDocument.Parse(line);
        var input = record.RootElement.TryGetProperty("input", out var found) ? found.GetString() : "";
        return model.Encode(
            record.RootElement.GetProperty("instruction").GetString() + input,
            [.. record.RootElement.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("text").GetString()!)]);
    }
}
