namespace LLMBlender.Core.Ranking;

/// <summary>
/// The N×N logits M[i,j] of one ranking: candidate i on the left, j on the right, above 0 when i is better; 0 on the diagonal.
/// </summary>
/// <remarks>Missing entries are marked. Not thread-safe.</remarks>
public sealed class ComparisonMatrix
{
    /// <summary>The maximum number of candidates in one ranking.</summary>
    public const int MaxCandidates = 1024;

    // Row-major; NaN, which cannot be recorded, marks a missing entry.
    private readonly float[] logits;

    /// <param name="candidateCount">N, from 1 to <see cref="MaxCandidates"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is outside that range.</exception>
    internal ComparisonMatrix(int candidateCount)
    {
        if (candidateCount is < 1 or > MaxCandidates)
        {
            throw new ArgumentOutOfRangeException(
                nameof(candidateCount), candidateCount, $"the number of candidates must be from 1 to {MaxCandidates}");
        }

        CandidateCount = candidateCount;
        logits = GC.AllocateUninitializedArray<float>(candidateCount * candidateCount);
        Array.Fill(logits, float.NaN);
        for (var i = 0; i < candidateCount; i++)
        {
            logits[Index(new(i, i))] = 0;
        }
    }

    /// <summary>N, the number of candidates.</summary>
    public int CandidateCount { get; }

    /// <summary>The number of recorded logits, from 0 to N(N−1).</summary>
    public int RecordedCount { get; private set; }

    /// <summary>The logit recorded for a pair; 0 on the diagonal.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is not from 0 to N−1.</exception>
    /// <exception cref="InvalidOperationException">The pair has not been recorded; see <see cref="IsRecorded"/>.</exception>
    public float this[CandidatePair pair]
    {
        get
        {
            RequireInRange(pair);
            var logit = logits[Index(pair)];
            return float.IsNaN(logit) ? throw new InvalidOperationException($"pair {pair} has not been recorded") : logit;
        }
    }

    /// <summary>Whether the pair's logit is known; always true on the diagonal.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is not from 0 to N−1.</exception>
    public bool IsRecorded(CandidatePair pair)
    {
        RequireInRange(pair);
        return !float.IsNaN(logits[Index(pair)]);
    }

    /// <summary>The N logits with <paramref name="first"/> on the left; NaN for missing entries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not from 0 to N−1.</exception>
    public ReadOnlySpan<float> Row(int first)
    {
        RequireInRange(new(first, first));
        return logits.AsSpan(first * CandidateCount, CandidateCount);
    }

    /// <summary>Records the logit of a pair; a rejected one changes nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is not from 0 to N−1.</exception>
    /// <exception cref="ArgumentException">The pair is on the diagonal, or the logit isn't finite.</exception>
    /// <exception cref="InvalidOperationException">The pair has been recorded already.</exception>
    internal void Record(CandidatePair pair, float logit)
    {
        RequireOrderedPair(pair);
        if (!float.IsFinite(logit))
        {
            throw new ArgumentException($"the logit of pair {pair} is {logit}; it must be finite", nameof(logit));
        }

        ref var entry = ref logits[Index(pair)];
        if (!float.IsNaN(entry))
        {
            throw new InvalidOperationException($"pair {pair} has been recorded already, as {entry}; the new logit is {logit}");
        }

        entry = logit;
        RecordedCount++;
    }

    /// <summary>The row-major index of a pair.</summary>
    internal int Index(CandidatePair pair) => (pair.First * CandidateCount) + pair.Second;

    /// <summary>Throws if a pair can't be compared: an index is out of range, or both are equal.</summary>
    internal void RequireOrderedPair(CandidatePair pair)
    {
        RequireInRange(pair);
        if (pair.First == pair.Second)
        {
            throw new ArgumentException($"pair {pair} compares a candidate with itself; the diagonal is 0", nameof(pair));
        }
    }

    private void RequireInRange(CandidatePair pair)
    {
        // As unsigned integers, negative indices are out of range as well.
        if ((uint)pair.First >= (uint)CandidateCount || (uint)pair.Second >= (uint)CandidateCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(pair), pair, $"both candidates must be from 0 to {CandidateCount - 1}");
        }
    }
}
