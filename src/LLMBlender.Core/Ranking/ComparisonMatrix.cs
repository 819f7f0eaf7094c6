namespace LLMBlender.Core.Ranking;

/// <summary>
/// The N×N logits M[i,j] of one ranking: candidate i on the left, j on the right, above 0 when i is better; 0 on the diagonal.
/// </summary>
/// <remarks>Entries that have no logit yet are known. Not safe for use by several threads at once.</remarks>
public sealed class ComparisonMatrix
{
    /// <summary>The most candidates that one ranking takes.</summary>
    public const int MaxCandidates = 1024;

    // Row-major; NaN, which no recorded logit can be, marks an entry not yet recorded.
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

    /// <summary>How many logits have been recorded, from 0 to N(N−1).</summary>
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

    /// <summary>Whether the pair's logit is known; always so on the diagonal.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is not from 0 to N−1.</exception>
    public bool IsRecorded(CandidatePair pair)
    {
        RequireInRange(pair);
        return !float.IsNaN(logits[Index(pair)]);
    }

    /// <summary>The N logits with <paramref name="first"/> on the left; NaN where none has been recorded.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not from 0 to N−1.</exception>
    public ReadOnlySpan<float> Row(int first)
    {
        RequireInRange(new(first, first));
        return logits.AsSpan(first * CandidateCount, CandidateCount);
    }

    /// <summary>Takes down the logit of a pair; a refused one changes nothing.</summary>
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
            throw new InvalidOperationException($"pair {pair} has been recorded already, as {entry}; now came {logit}");
        }

        entry = logit;
        RecordedCount++;
    }

    /// <summary>Where a pair lies in row-major order.</summary>
    internal int Index(CandidatePair pair) => (pair.First * CandidateCount) + pair.Second;

    /// <summary>Refuses a pair that can't be compared: outside the matrix, or a candidate with itself.</summary>
    internal void RequireOrderedPair(CandidatePair pair)
    {
        RequireInRange(pair);
        if (pair.First == pair.Second)
        {
            throw new ArgumentException($"pair {pair} sets a candidate against itself; the diagonal is 0", nameof(pair));
        }
    }

    private void RequireInRange(CandidatePair pair)
    {
        // As unsigned, a negative index is too large as well.
        if ((uint)pair.First >= (uint)CandidateCount || (uint)pair.Second >= (uint)CandidateCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(pair), pair, $"both candidates must be from 0 to {CandidateCount - 1}");
        }
    }
}
