namespace LLMBlender.Core.Ranking;

/// <summary>
/// The ways to choose one of the candidates as the reference of <see cref="AgainstReference"/>, named as the reference's
/// <c>rank_with_ref</c> names them.
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

    /// <summary>The names that <see cref="Choose"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = Array.ConvertAll(Modes, static mode => mode.Name);

    /// <summary>
    /// The candidate to compare with. Length is in UTF-16 code units; of several as long, the first is the longest and the
    /// shortest; the median of an even number is the longer of the two in the middle.
    /// </summary>
    /// <param name="mode">One of <see cref="Names"/>.</param>
    /// <param name="texts">The candidates, at least one.</param>
    /// <exception cref="ArgumentException">The mode is not known; the message lists those that are.</exception>
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

    // From the shortest to the longest; among the longest the first one stands last, among others in the candidates' order.
    private static int[] ByLength(IReadOnlyList<string> texts)
    {
        var longest = texts.Max(static text => text.Length);
        return
        [
            .. Enumerable.Range(0, texts.Count).OrderBy(i => texts[i].Length).ThenBy(i => texts[i].Length == longest ? -i : i),
        ];
    }
}
