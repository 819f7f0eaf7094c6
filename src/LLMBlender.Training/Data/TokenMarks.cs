namespace LLMBlender.Training.Data;

/// <summary>
/// What training asks of every token besides the pair's verdict: yes-or-no questions whose answers follow from the sequence itself, and which
/// a ranker must be able to answer inside to notice damage and digression.
/// </summary>
internal sealed class TokenMarks
{
    /// <summary>Does a seam lie before the token? Asked in pairs made by damage.</summary>
    public const int Seam = 0;

    /// <summary>Does the candidate's token occur in the source as well?</summary>
    public const int InSource = 1;

    /// <summary>Has the candidate had this token right after the one before it already?</summary>
    public const int Repeats = 2;

    /// <summary>Does the token belong to the first candidate's segment?</summary>
    public const int First = 3;

    /// <summary>Does the token belong to the second candidate's segment?</summary>
    public const int Second = 4;

    /// <summary>Number of questions.</summary>
    public const int Count = 5;

    private readonly HashSet<long> source = [];
    private readonly HashSet<(long, long)> seen = [];

    /// <param name="tokens">Rows times length.</param>
    public TokenMarks(int tokens)
    {
        Answers = new float[tokens * Count];
        Asked = new float[tokens * Count];
    }

    /// <summary>1 for yes, tokens × questions.</summary>
    public float[] Answers { get; }

    /// <summary>1 where a question is asked, tokens × questions.</summary>
    public float[] Asked { get; }

    /// <summary>How often each question is asked.</summary>
    public int[] Totals { get; } = new int[Count];

    /// <summary>Asks everything but seams of one row.</summary>
    /// <param name="ids">The row's valid tokens.</param>
    /// <param name="markers">Its source, candidate1 and candidate2 markers' positions.</param>
    /// <param name="start">Number of its first token.</param>
    public void Ask(ReadOnlySpan<long> ids, ReadOnlySpan<int> markers, int start)
    {
        source.Clear();
        for (int i = markers[0] + 1; i < markers[1] - 2; i++)
        {
            source.Add(ids[i]);
        }

        for (int i = 0; i < ids.Length; i++)
        {
            Ask(start + i, First, i >= markers[1] && i < markers[2] - 1);
            Ask(start + i, Second, i >= markers[2]);
        }

        AskCandidate(ids, markers[1] + 1, markers[2] - 2, start);
        AskCandidate(ids, markers[2] + 1, ids.Length - 1, start);
    }

    /// <summary>Asks whether a seam lies before a token.</summary>
    public void AskSeam(int token, bool seam) => Ask(token, Seam, seam);

    private void AskCandidate(ReadOnlySpan<long> ids, int from, int to, int start)
    {
        seen.Clear();
        for (int i = from; i < to; i++)
        {
            Ask(start + i, InSource, source.Contains(ids[i]));
            Ask(start + i, Repeats, !seen.Add((ids[i - 1], ids[i])));
        }
    }

    private void Ask(int token, int question, bool answer)
    {
        Asked[token * Count + question] = 1;
        Answers[token * Count + question] = answer ? 1 : 0;
        Totals[question]++;
    }
}
