using System.Collections;
using System.Runtime.InteropServices;

namespace LLMBlender.Core.Ranking;

/// <summary>
/// One ranking in progress: it requests the comparisons that it needs next, records their logits, and returns an order.
/// </summary>
/// <remarks>
/// <para>
/// An engine does no I/O and computes no logit. Its caller repeats until <see cref="IsSettled"/>: get <see cref="NextPairs"/>, compare
/// them, and pass each logit to <see cref="Record"/>, in any order. After the last logit the engine either needs another round or is
/// settled; then call <see cref="Rank"/>.
/// </para>
/// <para>
/// No pair is requested twice, and no candidate is paired with itself. The same logits give the same ranking, in whatever order they are
/// recorded. An engine serves one ranking and is not thread-safe.
/// </para>
/// </remarks>
public abstract class RankingEngine
{
    private readonly List<CandidatePair> pending;
    private readonly BitArray asked;
    private int askedCount;
    private bool named;

    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <param name="pairsPerRound">The maximum number of pairs in a round, to size the buffer.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is outside that range.</exception>
    private protected RankingEngine(int candidateCount, int pairsPerRound)
    {
        Matrix = new ComparisonMatrix(candidateCount);
        asked = new BitArray(candidateCount * candidateCount);
        pending = new List<CandidatePair>(pairsPerRound);
    }

    /// <summary>The aggregation's name, as registered in <see cref="RankingEngines"/>.</summary>
    public abstract string Name { get; }

    /// <summary>The logits recorded so far.</summary>
    public ComparisonMatrix Matrix { get; }

    /// <summary>The number of rounds in which the engine has requested comparisons.</summary>
    public int Rounds { get; private set; }

    /// <summary>Whether the order is known: no comparison is outstanding or needed.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>The pairs of the next round, each to be compared and recorded once.</summary>
    /// <returns>
    /// Empty while logits of the last round are outstanding, and when settled. The span refers to the engine's memory and is valid until
    /// the last of its pairs is recorded.
    /// </returns>
    public ReadOnlySpan<CandidatePair> NextPairs()
    {
        if (named)
        {
            return [];
        }

        named = true;
        return CollectionsMarshal.AsSpan(pending);
    }

    /// <summary>Records the logit of a pair that <see cref="NextPairs"/> returned; a rejected one changes nothing.</summary>
    /// <param name="pair">The pair that was compared.</param>
    /// <param name="logit">Its raw score difference: finite, above 0 if the pair's first candidate is better.</param>
    /// <exception cref="ArgumentOutOfRangeException">A candidate of the pair is not from 0 to N−1.</exception>
    /// <exception cref="ArgumentException">The pair is a candidate with itself, or the logit isn't finite.</exception>
    /// <exception cref="InvalidOperationException">The pair was not requested, or has been recorded already.</exception>
    public void Record(CandidatePair pair, float logit)
    {
        Matrix.RequireOrderedPair(pair);
        if (!asked[Matrix.Index(pair)] || (!named && !Matrix.IsRecorded(pair)))
        {
            throw new InvalidOperationException($"{Name} did not request pair {pair}");
        }

        Matrix.Record(pair, logit);
        if (Matrix.RecordedCount == askedCount)
        {
            OpenRound();
        }
    }

    /// <summary>The ranking given by the recorded logits.</summary>
    /// <exception cref="InvalidOperationException">The engine is not settled.</exception>
    public CandidateRanking Rank() => IsSettled
        ? Conclude()
        : throw new InvalidOperationException(
            $"{Name} is not settled: it has recorded {Matrix.RecordedCount} of the {askedCount} comparisons requested so far");

    /// <summary>Starts a round or settles the ranking; every engine's constructor calls it last.</summary>
    private protected void OpenRound()
    {
        pending.Clear();
        AskNext();
        named = false;
        IsSettled = pending.Count == 0;
        Rounds += IsSettled ? 0 : 1;
    }

    /// <summary>Adds a pair to the round that <see cref="AskNext"/> composes.</summary>
    private protected void Ask(CandidatePair pair)
    {
        var index = Matrix.Index(pair);
        if (asked[index])
        {
            throw new InvalidOperationException($"{Name} requested pair {pair} twice");
        }

        asked[index] = true;
        askedCount++;
        pending.Add(pair);
    }

    /// <summary>
    /// Requests the pairs of the next round. Called when every requested pair has been recorded; requesting none settles the ranking.
    /// </summary>
    private protected abstract void AskNext();

    /// <summary>Computes the ranking from the recorded logits; called only when settled.</summary>
    private protected abstract CandidateRanking Conclude();
}
