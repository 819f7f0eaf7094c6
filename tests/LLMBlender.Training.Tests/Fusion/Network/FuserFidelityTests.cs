using System.Text.Json.Nodes;
using LLMBlender.TestKit;
using LLMBlender.Training.Fusion.Network;
using LLMBlender.Training.Tests.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Fusion.Network;

/// <summary>The network against what the reference implementation computed from the same checkpoint.</summary>
public sealed class FuserFidelityTests
{
    private const float EncoderTolerance = 2e-5f;
    private const float LogitTolerance = 1e-4f;

    [Fact]
    public void Network_OnTheReferenceCases_GivesItsStatesAndLogits()
    {
        Native.SkipWithout();
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        string folder = SharedFolder.File("parity", "t5-tiny");
        using FuserNetwork network = FuserNetwork.Load(folder);
        using var cases = new ReferenceCases(Path.Combine(folder, "cases", "cases.json"));
        using var gradient = no_grad();
        int seen = 0;
        foreach (JsonNode one in cases.Json["cases"]!.AsArray().Select(node => node!))
        {
            long[] ids = Row(one["input_ids"]!);
            Encoded encoded = network.Encode(tensor(ids, [1, ids.Length]), [ids.Length]);
            AssertClose($"case {seen}, states", cases.Floats(one["encoder_last_hidden_state"]!), encoded.States[0], EncoderTolerance);
            long[] input = Row(one["decoder_input_ids"]!);
            Tensor logits = network.Logits(network.Decode(tensor(input, [1, input.Length]), encoded));
            AssertClose($"case {seen}, logits", cases.Floats(one["logits"]!), logits[0], LogitTolerance);
            seen++;
        }

        Assert.True(seen > 0);
    }

    [Fact]
    public void Encode_OfPaddedRows_GivesTheReferenceStates()
    {
        Native.SkipWithout();
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        string folder = SharedFolder.File("parity", "t5-tiny");
        using FuserNetwork network = FuserNetwork.Load(folder);
        using var cases = new ReferenceCases(Path.Combine(folder, "cases", "cases.json"));
        using var gradient = no_grad();
        JsonNode batch = cases.Json["batches"]!.AsArray()[0]!;
        long[][] rows = [.. batch["input_ids"]!.AsArray().Select(row => Row(row!))];
        int[] lengths = [.. batch["attention_mask"]!.AsArray().Select(row => (int)Row(row!).Sum())];
        Tensor states = network.Encode(tensor(rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length]), lengths).States;
        Tensor expected = cases.Floats(batch["encoder_last_hidden_state"]!);
        Assert.Contains(lengths, length => length < rows[0].Length);
        for (int row = 0; row < rows.Length; row++)
        {
            AssertClose($"row {row}", expected[row].narrow(0, 0, lengths[row]), states[row].narrow(0, 0, lengths[row]), EncoderTolerance);
        }
    }

    private static long[] Row(JsonNode ids) => [.. ids.AsArray().Select(id => id!.GetValue<long>())];

    private static void AssertClose(string name, Tensor expected, Tensor actual, float tolerance)
    {
        float difference = (expected - actual).abs().max().item<float>();
        Assert.True(difference <= tolerance, $"{name}: {difference} apart");
    }
}
