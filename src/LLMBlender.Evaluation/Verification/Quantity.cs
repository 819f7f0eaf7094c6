namespace LLMBlender.Evaluation.Verification;

/// <summary>One kind of value that is held to the reference, and how far off the worst is.</summary>
/// <param name="name">What it is.</param>
/// <param name="tolerance">The largest difference that is allowed; 0 where values must be the same.</param>
public sealed class Quantity(string name, double tolerance)
{
    /// <summary>What it is.</summary>
    public string Name { get; } = name;

    /// <summary>The largest difference that is allowed; 0 where values must be the same.</summary>
    public double Tolerance { get; } = tolerance;

    /// <summary>Whether values must be the same.</summary>
    public bool IsExact => Tolerance == 0;

    /// <summary>How many values were held to the reference.</summary>
    public long Values { get; private set; }

    /// <summary>The largest difference; where values must be the same, how many are not.</summary>
    public double Largest { get; private set; }

    /// <summary>Where it was.</summary>
    public string Where { get; private set; } = "";

    /// <summary>Whether all is as it must be.</summary>
    public bool IsWithin => Largest <= Tolerance;

    /// <summary>Holds a number to the reference.</summary>
    public void Compare(double expected, double actual, string where)
    {
        var difference = Math.Abs(expected - actual);
        Values++;
        if (!(difference <= Largest))
        {
            // Not a number is as far off as can be.
            (Largest, Where) = (double.IsNaN(difference) ? double.PositiveInfinity : difference, where);
        }
    }

    /// <summary>Holds a list that must be the same to the reference.</summary>
    public void CompareExactly(ReadOnlySpan<int> expected, ReadOnlySpan<int> actual, string where)
    {
        Values++;
        if (!expected.SequenceEqual(actual))
        {
            Largest++;
            Where = Where.Length == 0 ? where : Where;
        }
    }
}
