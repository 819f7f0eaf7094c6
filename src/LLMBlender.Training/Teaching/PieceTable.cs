namespace LLMBlender.Training.Teaching;

/// <summary>What the teacher knows of each piece of the vocabulary: how rare it is, and which of a few classes it belongs to.</summary>
internal sealed class PieceTable
{
    private static readonly HashSet<string> Regrets = ["sorry", "unfortunately", "apologize", "apologies"];
    private static readonly HashSet<string> Selves = ["i"];
    private static readonly HashSet<string> Readers = ["you", "your", "yourself"];
    private readonly PieceClass[] classes;
    private readonly double[] rarity;

    /// <param name="texts">Text of each piece, by id.</param>
    /// <param name="documents">Documents that pieces are counted in.</param>
    public PieceTable(IReadOnlyList<string> texts, IEnumerable<int[]> documents)
    {
        classes = [.. texts.Select(text => ClassOf(text.Trim().ToLowerInvariant()))];
        int[] holding = new int[texts.Count];
        int count = 0;
        foreach (int[] document in documents)
        {
            foreach (int piece in document.Distinct())
            {
                holding[piece]++;
            }

            count++;
        }

        rarity = [.. holding.Select(n => Math.Log((count + 1.0) / (n + 1)))];
    }

    public int Count => classes.Length;

    public PieceClass Class(int piece) => classes[piece];

    /// <summary>log((documents + 1) / (documents that hold it + 1)).</summary>
    public double Rarity(int piece) => rarity[piece];

    private static PieceClass ClassOf(string text) => text switch
    {
        "" => PieceClass.Other,
        _ when text.All(c => c == '?') => PieceClass.Question,
        _ when text.All(c => c == '!') => PieceClass.Exclamation,
        _ when text.All(c => c == '.') => PieceClass.Stop,
        _ when text.All(c => c == ',') => PieceClass.Comma,
        _ when text.All(c => c == ':') => PieceClass.Colon,
        _ when text.All(c => c == '*') => PieceClass.Star,
        _ when text.All(c => c == '-') => PieceClass.Dash,
        _ when text.Any(char.IsAsciiDigit) => PieceClass.Digit,
        _ when Regrets.Contains(text) => PieceClass.Regret,
        _ when Selves.Contains(text) => PieceClass.Self,
        _ when Readers.Contains(text) => PieceClass.Reader,
        _ => PieceClass.Other,
    };
}
