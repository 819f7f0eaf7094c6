namespace LLMBlender.Core.Ranking;

/// <summary>
/// The modes that choose one of the candidates as the reference of <see cref="AgainstReference"/>, with the names of the reference's
/// <c>rank_with_ref</c>.
/// </summary>
public static class ReferenceMode
{
    private static readonly (string Name, Func<IReadOnlyList<string>, int> Choose)[] Modes =
    [
        ("longest", static texts => ByLength(texts)[^1]),
        ("shortest", static texts => ByLength(texts)[0]),
        ("median_length", static texts => ByLength(texts)[texts.Count / 2]),
        ("first", static _ => 0),
        ("last", static texts => texts.Count - 1),
    ];

    /// <summary>The names accepted by <see cref="Choose"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = Array.ConvertAll(Modes, static mode => mode.Name);

    /// <summary>
    /// Returns the index of the reference candidate. Length is in UTF-16 code units; among equal lengths, the first counts as longest and
    /// as shortest; the median of an even number is the longer of the middle two.
    /// </summary>
    /// <param name="mode">One of <see cref="Names"/>.</param>
    /// <param name="texts">The candidates, at least one.</param>
    /// <exception cref="ArgumentException">The mode is unknown; the message lists the known ones.</exception>
    public static int Choose(string mode, IReadOnlyList<string> texts)
    {
        foreach (var (name, choose) in Modes)
        {
            if (name == mode)
            {
                return choose(texts);
            }
        }

        throw new ArgumentException($"reference mode '{mode}' is not known; known are {string.Join(", ", Names)}", nameof(mode));
    }

    // From the shortest to the longest; among the longest the first one is last, otherwise ties keep the candidates' order.
    private static int[] ByLength(IReadOnlyList<string> texts)
    {
        var longest = texts.Max(static text => text.Length);
        return
        [
            .. Enumerable.Range(0, texts.Count).OrderBy(i => texts[i].Length).ThenBy(i => texts[i].Length == longest ? -i : i),
        ];
    }
}
