namespace LLMBlender.Evaluation.Verification;

/// <summary>A kind of value that is compared with the reference, with its largest difference.</summary>
/// <param name="name">Its name.</param>
/// <param name="tolerance">The largest allowed difference; 0 if values must be equal.</param>
public sealed class Quantity(string name, double tolerance)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>The largest allowed difference; 0 if values must be equal.</summary>
    public double Tolerance { get; } = tolerance;

    /// <summary>Whether values must be equal.</summary>
    public bool IsExact => Tolerance == 0;

    /// <summary>The number of values compared.</summary>
    public long Values { get; private set; }

    /// <summary>The largest difference; if values must be equal, the number of differing ones.</summary>
    public double Largest { get; private set; }

    /// <summary>The location of the largest difference.</summary>
    public string Where { get; private set; } = "";

    /// <summary>Whether all values are within tolerance.</summary>
    public bool IsWithin => Largest <= Tolerance;

    /// <summary>Compares a number with the reference.</summary>
    public void Compare(double expected, double actual, string where)
    {
        var difference = Math.Abs(expected - actual);
        Values++;
        if (!(difference <= Largest))
        {
            // NaN counts as an infinite difference.
            (Largest, Where) = (double.IsNaN(difference) ? double.PositiveInfinity : difference, where);
        }
    }

    /// <summary>Compares a list that must be equal with the reference.</summary>
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
