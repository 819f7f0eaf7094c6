using System.Collections;
using System.Runtime.InteropServices;

namespace LLMBlender.Core.Ranking;

/// <summary>
/// One ranking in the making: it names the comparisons that it needs next, records their logits, and finally returns an order.
/// </summary>
/// <remarks>
/// <para>
/// An engine is pure: it neither waits nor computes a logit. Its caller repeats until <see cref="IsSettled"/>:
/// take <see cref="NextPairs"/>, have them compared, pass each logit to <see cref="Record"/>, in any order.
/// After the last of them the engine either needs another round or is settled; then <see cref="Rank"/>.
/// </para>
/// <para>
/// No pair is named twice, nor a candidate with itself. The same logits give the same ranking, whatever the order
/// in which they were recorded. One engine serves one ranking, and one caller at a time.
/// </para>
/// </remarks>
public abstract class RankingEngine
{
    private readonly List<CandidatePair> wanted;
    private readonly BitArray asked;
    private int askedCount;
    private bool named;

    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <param name="pairsPerRound">How many pairs a round asks for at most, so that the buffer need not grow.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is outside that range.</exception>
    private protected RankingEngine(int candidateCount, int pairsPerRound)
    {
        Matrix = new ComparisonMatrix(candidateCount);
        asked = new BitArray(candidateCount * candidateCount);
        wanted = new List<CandidatePair>(pairsPerRound);
    }

    /// <summary>The aggregation's name, as <see cref="RankingEngines"/> knows it.</summary>
    public abstract string Name { get; }

    /// <summary>The logits recorded so far.</summary>
    public ComparisonMatrix Matrix { get; }

    /// <summary>How often the engine has asked for comparisons: the number of dependent waits.</summary>
    public int Rounds { get; private set; }

    /// <summary>Whether the order is known: no comparison is outstanding and none is wanted any more.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>The pairs of the next round, each to be compared and recorded once.</summary>
    /// <returns>
    /// Empty while logits of the last round are outstanding, and once settled. The span is the engine's own memory:
    /// it holds until the last of its pairs has been recorded.
    /// </returns>
    public ReadOnlySpan<CandidatePair> NextPairs()
    {
        if (named)
        {
            return [];
        }

        named = true;
        return CollectionsMarshal.AsSpan(wanted);
    }

    /// <summary>Records the logit of a pair that <see cref="NextPairs"/> named; a refused one changes nothing.</summary>
    /// <param name="pair">The pair that was compared.</param>
    /// <param name="logit">Its raw score difference: finite, above 0 when the pair's first candidate is better.</param>
    /// <exception cref="ArgumentOutOfRangeException">A candidate of the pair is not from 0 to N−1.</exception>
    /// <exception cref="ArgumentException">The pair is a candidate with itself, or the logit isn't finite.</exception>
    /// <exception cref="InvalidOperationException">The pair was not asked for, or has been recorded already.</exception>
    public void Record(CandidatePair pair, float logit)
    {
        Matrix.RequireOrderedPair(pair);
        if (!asked[Matrix.Index(pair)] || (!named && !Matrix.IsRecorded(pair)))
        {
            throw new InvalidOperationException($"{Name} did not ask for pair {pair}");
        }

        Matrix.Record(pair, logit);
        if (Matrix.RecordedCount == askedCount)
        {
            OpenRound();
        }
    }

    /// <summary>The ranking that the logits amount to.</summary>
    /// <exception cref="InvalidOperationException">The engine is not settled.</exception>
    public CandidateRanking Rank() => IsSettled
        ? Conclude()
        : throw new InvalidOperationException(
            $"{Name} is not settled: it has recorded {Matrix.RecordedCount} of the {askedCount} comparisons that it wants so far");

    /// <summary>Starts a round, or settles; every engine's constructor ends with it.</summary>
    private protected void OpenRound()
    {
        wanted.Clear();
        AskNext();
        named = false;
        IsSettled = wanted.Count == 0;
        Rounds += IsSettled ? 0 : 1;
    }

    /// <summary>Wants a pair in the round that <see cref="AskNext"/> is composing.</summary>
    private protected void Ask(CandidatePair pair)
    {
        var index = Matrix.Index(pair);
        if (asked[index])
        {
            throw new InvalidOperationException($"{Name} asked twice for pair {pair}");
        }

        asked[index] = true;
        askedCount++;
        wanted.Add(pair);
    }

    /// <summary>
    /// Asks for the next round's pairs. Called when every pair asked for before has been recorded; asking nothing settles the ranking.
    /// </summary>
    private protected abstract void AskNext();

    /// <summary>Turns the logits recorded into a ranking; called only when settled.</summary>
    private protected abstract CandidateRanking Conclude();
}
