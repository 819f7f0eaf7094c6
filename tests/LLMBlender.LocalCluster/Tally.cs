using System.Text.Json;

namespace LLMBlender.LocalCluster;

/// <summary>What clients have counted themselves.</summary>
/// <param name="Answered">Answers by path.</param>
/// <param name="Comparisons">Comparisons that the answers say they used.</param>
/// <param name="Failures">What went wrong.</param>
internal sealed record Tally(IReadOnlyDictionary<string, int> Answered, long Comparisons, IReadOnlyCollection<string> Failures)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>All answers.</summary>
    public int Requests => Answered.Values.Sum();

    /// <summary>Reads what a client printed.</summary>
    public static Tally Read(string json) => JsonSerializer.Deserialize<Tally>(json, Web)!;

    /// <summary>The sum of several.</summary>
    public static Tally Of(IEnumerable<Tally> all)
    {
        var list = all.ToList();
        return new Tally(
            list.SelectMany(static one => one.Answered).GroupBy(static entry => entry.Key).ToDictionary(static paths => paths.Key, static paths => paths.Sum(static entry => entry.Value)),
            list.Sum(static one => one.Comparisons),
            [.. list.SelectMany(static one => one.Failures)]);
    }
}
