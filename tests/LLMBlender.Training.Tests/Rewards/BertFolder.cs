using System.IO.Compression;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Training.Tests.Rewards;

/// <summary>The tiny BERT fixture as a checkpoint's folder.</summary>
internal static class BertFolder
{
    /// <summary>Copies the fixture's files and unpacks its weights.</summary>
    /// <returns>The folder.</returns>
    public static string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string name in new[] { "config.json", "tokenizer_config.json", "vocab.txt" })
        {
            File.Copy(Path.Combine(Fixture.File("bert-tiny"), name), Path.Combine(folder, name));
        }

        using var packed = new GZipStream(File.OpenRead(Path.Combine(Fixture.File("bert-tiny"), "model.safetensors.gz")), CompressionMode.Decompress);
        using var file = File.Create(Path.Combine(folder, "model.safetensors"));
        packed.CopyTo(file);
        return folder;
    }

    /// <summary>One phase over sets whose candidates with more "good" words have higher scores, plain questions and pairs.</summary>
    public static JsonObject Config(string start, string sets, string pairs, string facts, string name, int steps, int workers) => new()
    {
        ["out"] = name,
        ["tokenizer"] = start,
        ["start_from"] = start,
        ["candidate_sets"] = new JsonArray(new JsonObject
        {
            ["file"] = sets, ["tag"] = "sets", ["scores"] = new JsonArray("judge", "other"), ["scale"] = 1, ["most_answers"] = 3,
        }),
        ["pairs"] = new JsonArray(pairs),
        ["corpus"] = new JsonArray(),
        ["plain_facts"] = facts,
        ["development"] = new JsonObject
        {
            ["candidate_sets"] = sets, ["score"] = "judge", ["sets"] = 8, ["pairs"] = pairs, ["pair_count"] = 8,
        },
        ["half_products"] = false,
        ["dropout"] = 0.05,
        ["batch_tokens"] = 256,
        ["batches_per_step"] = 2,
        ["workers"] = workers,
        ["log_every"] = 4,
        ["checkpoint_every"] = 5,
        ["validate_every"] = 20,
        ["phases"] = new JsonArray(new JsonObject
        {
            ["name"] = "only",
            ["steps"] = steps,
            ["rate_from"] = 0.002,
            ["rate_to"] = 0.002,
            ["max_length"] = 56,
            ["source_max_length"] = 16,
            ["made_up_max_length"] = 60,
            ["made_up_kinds"] = new JsonObject { ["damage-ShuffledWords"] = 1, ["off-topic"] = 1, ["empty"] = 1 },
            ["weights"] = new JsonObject { ["sets"] = 4, ["toy"] = 1, ["plain"] = 1, ["made-up"] = 1 },
        }),
    };
}
