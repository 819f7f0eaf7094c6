namespace LLMBlender.Core.Evaluation;

/// <summary>A judge's verdict on two answers.</summary>
public enum PairVerdict
{
    /// <summary>The first is better.</summary>
    FirstBetter,

    /// <summary>The second is better.</summary>
    SecondBetter,

    /// <summary>Both are equally good.</summary>
    SameGood,

    /// <summary>Both are equally bad.</summary>
    SameBad,
}

/// <summary>A judge's verdict on two candidates, named by their indices from 0.</summary>
/// <param name="First">The first candidate.</param>
/// <param name="Second">The second candidate.</param>
/// <param name="Verdict">The verdict.</param>
public readonly record struct Judgement(int First, int Second, PairVerdict Verdict)
{
    /// <summary>The verdict with the two answers exchanged.</summary>
    public PairVerdict Swapped => Verdict switch
    {
        PairVerdict.FirstBetter => PairVerdict.SecondBetter,
        PairVerdict.SecondBetter => PairVerdict.FirstBetter,
        _ => Verdict,
    };
}
