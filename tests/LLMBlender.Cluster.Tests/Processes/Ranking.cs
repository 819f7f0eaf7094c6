using System.Text.Json.Nodes;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>An answer to a <see cref="Question"/>.</summary>
internal sealed record Ranking(int[] Ranks, double[] Scores)
{
    // Single precision: what is in a batch with a pair changes its logit's last digits.
    private const double Tolerance = 5e-5;

    public static Ranking Read(JsonNode json) => new(
        [.. json["ranks"]!.AsArray().Select(rank => rank!.GetValue<int>())],
        [.. json["scores"]!.AsArray().Select(score => score!.GetValue<double>())]);

    /// <summary>Requires the same ranks, and scores that differ in single precision's last digits at most.</summary>
    public static void AssertSame(Ranking expected, Ranking actual, string what)
    {
        Assert.True(expected.Scores.Length == actual.Scores.Length, what);
        for (var i = 0; i < expected.Scores.Length; i++)
        {
            Assert.True(
                Math.Abs(expected.Scores[i] - actual.Scores[i]) < Tolerance,
                $"{what}: candidate {i} has score {actual.Scores[i]}, and should have {expected.Scores[i]}");
        }

        Assert.True(expected.Ranks.SequenceEqual(actual.Ranks), $"{what}: ranks {string.Join(',', actual.Ranks)}, not {string.Join(',', expected.Ranks)}");
    }
}
