namespace LLMBlender.Training.Teaching;

/// <summary>Numbers about one answer to one source, all of them to be seen in the pieces that a ranker reads.</summary>
internal sealed class AnswerFeatures(PieceTable pieces, int humanId, int colonId)
{
    private static readonly PieceClass[] Counted =
    [
        PieceClass.Question, PieceClass.Exclamation, PieceClass.Digit, PieceClass.Star, PieceClass.Dash, PieceClass.Colon,
        PieceClass.Self, PieceClass.Reader, PieceClass.Comma,
    ];

    /// <summary>Numbers of one answer.</summary>
    public const int Count = 26;

    /// <summary>The last human turn of a source that holds a dialogue, "… Human: …"; of another the whole.</summary>
    public ReadOnlySpan<int> LastTurn(int[] source)
    {
        for (int i = source.Length - 2; i >= 0; i--)
        {
            if (source[i] == humanId && source[i + 1] == colonId)
            {
                return source.AsSpan(i + 2);
            }
        }

        return source;
    }

    /// <summary>Computes them.</summary>
    public double[] Of(int[] source, int[] answer)
    {
        var turn = new HashSet<int>();
        turn.UnionWith(LastTurn(source).ToArray());
        HashSet<int> whole = [.. source];
        HashSet<int> distinct = [.. answer];
        double rare = distinct.Sum(pieces.Rarity) + 1e-6;
        double n = answer.Length;
        double length = Math.Log(1 + n);
        PieceClass last = answer.Length == 0 ? PieceClass.Other : pieces.Class(answer[^1]);
        double turnShared = Shared(distinct, turn);
        return
        [
            length,
            length * length / 5,
            n / 100,
            turnShared / (turn.Sum(pieces.Rarity) + 1e-6),
            turnShared / rare,
            Shared(distinct, whole) / rare,
            Math.Log(1 + distinct.Count(whole.Contains)),
            distinct.Count / (n + 1),
            Pairs(answer) / (n + 1),
            answer.Sum(pieces.Rarity) / (n + 1),
            One(last == PieceClass.Question),
            One(last is PieceClass.Stop or PieceClass.Exclamation),
            One(last == PieceClass.Colon),
            One(last == PieceClass.Exclamation),
            One(answer.Any(piece => pieces.Class(piece) == PieceClass.Regret)),
            One(answer.Length > 0 && pieces.Class(answer[0]) == PieceClass.Self),
            One(answer.Length == 0),
            .. Counted.Select(kind => Math.Log(1 + answer.Count(piece => pieces.Class(piece) == kind))),
        ];
    }

    private double Shared(HashSet<int> answer, HashSet<int> source) => answer.Where(source.Contains).Sum(pieces.Rarity);

    private static int Pairs(int[] answer) => answer.Zip(answer.Skip(1)).Distinct().Count();

    private static double One(bool yes) => yes ? 1 : 0;
}
