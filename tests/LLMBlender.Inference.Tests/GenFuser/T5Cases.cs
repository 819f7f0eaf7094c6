using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.GenFuser;

/// <summary>One prompt to the tiny T5, and what the reference computes for it.</summary>
internal sealed record T5Case(
    string Prompt, int[] Ids, float[]? States, int[]? DecoderIds, float[]? Logits, int MaxNewTokens, int[] Greedy, int[][] Beams, double[] Scores)
{
    private static readonly Lazy<JsonNode> Cases = new(() => JsonNode.Parse(File.ReadAllBytes(Path.Combine(T5Fixture.Cases, "cases.json")))!);

    public static IReadOnlyList<T5Case> All { get; } = Load();

    /// <summary>Three of the prompts together: their places, and the answers.</summary>
    public static (int[] Prompts, int MaxNewTokens, int[][] Greedy, int[][] Beam) Batch { get; } = LoadBatch();

    private static T5Case[] Load()
    {
        var tensors = File.ReadAllBytes(Path.Combine(T5Fixture.Cases, "tensors.bin"));
        float[]? Tensor(JsonNode? value) => value is null
            ? null
            : MemoryMarshal.Cast<byte, float>(tensors.AsSpan(value["offset"]!.GetValue<int>(), value["bytes"]!.GetValue<int>())).ToArray();
        return [.. Cases.Value["cases"]!.AsArray().Select(one => new T5Case(
            one!["prompt"]!.GetValue<string>(),
            one["input_ids"].Deserialize<int[]>()!,
            Tensor(one["encoder_last_hidden_state"]),
            one["decoder_input_ids"]?.Deserialize<int[]>(),
            Tensor(one["logits"]),
            one["max_new_tokens"]!.GetValue<int>(),
            one["greedy"]!["ids"].Deserialize<int[]>()!,
            one["beam4"]!["sequences"].Deserialize<int[][]>()!,
            one["beam4"]!["scores"].Deserialize<double[]>()!))];
    }

    private static (int[] Prompts, int MaxNewTokens, int[][] Greedy, int[][] Beam) LoadBatch()
    {
        var batch = Cases.Value["batches"]![0]!;
        return (
            batch["prompts"].Deserialize<int[]>()!,
            batch["max_new_tokens"]!.GetValue<int>(),
            batch["greedy"].Deserialize<int[][]>()!,
            batch["beam4"].Deserialize<int[][]>()!);
    }
}
