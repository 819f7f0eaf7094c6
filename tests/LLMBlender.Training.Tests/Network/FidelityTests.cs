using System.Text.Json.Nodes;
using LLMBlender.TestKit;
using LLMBlender.Training.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Network;

/// <summary>The network against what the reference implementation computed from the same checkpoints.</summary>
public sealed class FidelityTests
{
    private const float Tolerance = 2e-5f;

    [Fact]
    public void Encoder_OnTheReferenceCases_GivesItsHiddenStates()
    {
        Native.SkipWithout();
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        string folder = SharedFolder.File("parity", "deberta-tiny");
        using var encoder = new Encoder(NetworkConfig.Load(folder));
        NetworkWeights.Load(encoder, folder);
        encoder.eval();
        using var cases = new ReferenceCases(Path.Combine(folder, "cases", "cases.json"));
        foreach (JsonObject one in cases.Json["cases"]!.AsArray().Select(node => node!.AsObject()))
        {
            using var inference = inference_mode();
            Tensor mask = cases.Ints(one["attention_mask"]!);
            var states = encoder.Forward(cases.Ints(one["input_ids"]!), mask);
            AssertClose($"{one["name"]}", cases.Floats(one["last_hidden_state"]!), states[^1], mask);
            JsonArray layers = one["hidden_states"] as JsonArray ?? [];
            for (int i = 0; i < layers.Count; i++)
            {
                AssertClose($"{one["name"]}, state {i}", cases.Floats(layers[i]!), states[i], mask);
            }
        }
    }

    [Fact]
    public void Logits_OnTheReferencePairs_AreItsLogits()
    {
        Native.SkipWithout();
        using PairRankerNetwork network = NetworkWeights.LoadRanker(Fixture.File("pairrm-tiny"));
        JsonNode rank = JsonNode.Parse(File.ReadAllText(Fixture.File("pairrm-tiny", "cases", "rank.json")))!;
        int checkedRows = 0;
        foreach (JsonNode row in rank["groups"]!.AsArray().SelectMany(group => group!["pair_rows"]!.AsArray())!)
        {
            Check(network, row["ids_01"]!, row["logit_01"]!);
            Check(network, row["ids_10"]!, row["logit_10"]!);
            checkedRows += 2;
        }

        Assert.True(checkedRows > 0);
    }

    private static void Check(PairRankerNetwork network, JsonNode ids, JsonNode expected)
    {
        long[] row = [.. ids.AsArray().Select(id => id!.GetValue<long>())];
        int[] markers =
        [
            Array.IndexOf(row, network.Config.SourceId), Array.IndexOf(row, network.Config.Candidate1Id), Array.IndexOf(row, network.Config.Candidate2Id),
        ];
        Tensor batch = tensor(row, [1, row.Length]);
        Assert.Equal(expected.GetValue<double>(), network.Logits(batch, ones(1, row.Length)).item<float>(), Tolerance);
        using var gradient = no_grad();
        var (left, right, _, _) = network.Scores(batch, [row.Length], markers);
        Assert.Equal(expected.GetValue<double>(), (left - right).item<float>(), Tolerance);
    }

    private static void AssertClose(string name, Tensor expected, Tensor actual, Tensor mask)
    {
        float difference = ((expected - actual).abs() * mask.unsqueeze(-1)).max().item<float>();
        Assert.True(difference <= Tolerance, $"{name}: {difference} apart");
    }
}
