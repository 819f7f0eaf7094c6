using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.TestKit;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Tests.Runs;

/// <summary>A temporary folder in which toy runs are configured, run and looked at.</summary>
internal sealed class RunFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public string At(params string[] names) => folder.File(names);

    /// <summary>Writes a run's configuration.</summary>
    /// <returns>The file.</returns>
    public string Write(JsonObject config) => folder.Write("run.json", config.ToJsonString());

    /// <summary>Writes data, one object a line.</summary>
    /// <returns>The file.</returns>
    public string Write(string name, int count, Func<int, object> record)
    {
        File.WriteAllLines(At(name), Enumerable.Range(0, count).Select(i => JsonSerializer.Serialize(record(i))));
        return At(name);
    }

    /// <summary>
    /// One phase of a ranker of two layers, over pairs whose better answers differ from the worse ones in the same words whatever is asked.
    /// </summary>
    public JsonObject RankerConfig(string name, int pairs, int steps, int workers) => new()
    {
        ["out"] = name,
        ["tokenizer"] = Fixture.File("pairrm-tiny"),
        ["network"] = new JsonObject
        {
            ["hidden_size"] = 16,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 2,
            ["intermediate_size"] = 32,
            ["position_buckets"] = 8,
            ["max_position_embeddings"] = 64,
            ["initializer_range"] = 0.1,
        },
        ["pairs"] = new JsonArray(Write("pairs.jsonl", pairs, i => new
        {
            id = $"{i}",
            source = "toy",
            prompt = $"question {i}",
            chosen = $"this is a good answer {i % 7}",
            rejected = $"that was some bad reply {i % 5}",
        })),
        ["corpus"] = new JsonArray(),
        ["cooccurrence_embeddings"] = false,
        ["batch_tokens"] = 512,
        ["batches_per_step"] = 3,
        ["workers"] = workers,
        ["log_every"] = 4,
        ["checkpoint_every"] = 5,
        ["export_every"] = 100,
        ["phases"] = new JsonArray(new JsonObject
        {
            ["name"] = "only",
            ["steps"] = steps,
            ["rate_from"] = 0.005,
            ["rate_to"] = 0.005,
            ["source_max_length"] = 16,
            ["candidate_max_length"] = 48,
            ["weights"] = new JsonObject { ["toy"] = 1 },
        }),
    };

    /// <summary>Runs to the end, or to the step <paramref name="stopAfter"/>.</summary>
    public static void Run(ITrainingRun run, int? stopAfter)
    {
        using var stop = new CancellationTokenSource();
        run.Stepped += step =>
        {
            if (step == stopAfter)
            {
                stop.Cancel();
            }
        };
        Assert.Equal(stopAfter is null, run.Run(stop.Token));
    }

    /// <summary>A run's log entries of one kind.</summary>
    public JsonObject[] Log(string run, string kind) =>
    [
        .. File.ReadLines(At(run, "log.jsonl"))
            .Select(line => JsonNode.Parse(line)!.AsObject())
            .Where(record => record["kind"]!.GetValue<string>() == kind),
    ];

    /// <summary>A number of each of a run's reports.</summary>
    public double[] Reported(string run, string number) => [.. Log(run, "step").Select(record => record[number]!.GetValue<double>())];

    /// <summary>A run's exported weights.</summary>
    public Dictionary<string, float[]> Weights(string run)
    {
        using Checkpoint checkpoint = Checkpoint.Open(At(run, "export"));
        return checkpoint.Tensors.Keys.ToDictionary(name => name, name => checkpoint.Read(name));
    }
}
