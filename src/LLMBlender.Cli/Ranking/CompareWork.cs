using System.Text.Json;
using LLMBlender.Cli.Records;
using LLMBlender.Core.Ranking;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Cli.Ranking;

/// <summary>
/// A record of two candidates, a and b, with the reference's three ways to compare them: M[a,b]; M[b,a] as it is; or
/// both orders, M[a,b] − M[b,a].
/// </summary>
internal sealed class CompareWork(RecordPlace place, EncodedRecord encoded, CompareOrder order) : RecordWork(place, encoded)
{
    private static readonly CandidatePair AThenB = new(0, 1);

    private readonly CandidatePair[] pairs = order switch
    {
        CompareOrder.Ab => [AThenB],
        CompareOrder.Ba => [AThenB.Swapped],
        _ => [AThenB, AThenB.Swapped],
    };

    private float forth;
    private float back;
    private bool asked;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        var forA = forth - back;
        Place.Id?.Write(json);
        json.WriteNumber("logit", (order is CompareOrder.Ba ? back : forA) + 0f);
        json.WriteString("better", forA > 0 ? "a" : forA < 0 ? "b" : "tie");
    }

    /// <inheritdoc/>
    protected override ReadOnlySpan<CandidatePair> NextRound()
    {
        (var first, asked) = (!asked, true);
        return first ? pairs : [];
    }

    /// <inheritdoc/>
    protected override void Hear(CandidatePair pair, float logit)
    {
        if (pair == AThenB)
        {
            forth = logit;
        }
        else
        {
            back = logit;
        }
    }
}
