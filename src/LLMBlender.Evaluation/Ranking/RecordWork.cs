using LLMBlender.Core.Ranking;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Ranking;

/// <summary>A record on its way through the ranker: it names pairs, hears their logits, and ends settled or failed.</summary>
/// <param name="place">Where it stands in its file.</param>
/// <param name="encoded">Source and candidates as the ranker reads them; null for a record that failed before.</param>
internal abstract class RecordWork(RecordPlace place, EncodedRecord? encoded)
{
    private CandidatePair[] pairs = [];
    private int heard;

    /// <summary>Where it stands in its file.</summary>
    public RecordPlace Place { get; } = place;

    /// <summary>Source and candidates as the ranker reads them; null for a record that failed before.</summary>
    public EncodedRecord? Encoded { get; } = encoded;

    /// <summary>What it keeps in memory, roughly: texts' characters and a matrix's entries.</summary>
    public virtual long Weight => 0;

    /// <summary>Why it failed; null where it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>The pairs to be compared next, all of one round or what is left of it; empty when nothing is wanted any more.</summary>
    public ReadOnlySpan<CandidatePair> Wanted => pairs.AsSpan(heard);

    /// <summary>Takes up the first round; to be called once.</summary>
    public void Start()
    {
        if (Failure is null)
        {
            pairs = NextRound().ToArray();
        }
    }

    /// <summary>Hears the logit of the first of <see cref="Wanted"/>.</summary>
    public void Hear(float logit)
    {
        if (Failure is not null)
        {
            return;
        }

        var pair = pairs[heard++];
        if (!float.IsFinite(logit))
        {
            Fail($"the ranker's logit for candidates {pair.First} and {pair.Second} is {logit}, and must be finite: the model is damaged");
            return;
        }

        Hear(pair, logit);
        if (heard == pairs.Length)
        {
            (pairs, heard) = (NextRound().ToArray(), 0);
        }
    }

    /// <summary>Gives the record up.</summary>
    public void Fail(string problem)
    {
        Failure ??= problem;
        (pairs, heard) = ([], 0);
    }

    /// <summary>The next round's pairs; empty when settled.</summary>
    protected abstract ReadOnlySpan<CandidatePair> NextRound();

    /// <summary>Hears a finite logit.</summary>
    protected abstract void Hear(CandidatePair pair, float logit);
}
