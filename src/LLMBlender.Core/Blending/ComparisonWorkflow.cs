using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Blending;

/// <summary>Compares two candidates, in one order or both.</summary>
public static class ComparisonWorkflow
{
    private static readonly CandidatePair AThenB = new(0, 1);

    /// <summary>Validates a request.</summary>
    /// <exception cref="BlendException">The request is invalid; the message contains the field, its value and the rule.</exception>
    public static void Check(CompareRequest request) => RequestRules.CheckSource(request.Instruction, request.Input);

    /// <summary>The texts indexed by the comparer's pairs: a, then b.</summary>
    public static string[] Texts(CompareRequest request) => [request.A, request.B];

    /// <summary>
    /// Compares the candidates. The logit is M[a,b], M[b,a], or for both orders M[a,b] − M[b,a], as in the reference's <c>compare</c>.
    /// </summary>
    /// <exception cref="BlendException">The comparer failed.</exception>
    public static async Task<CompareResponse> RunAsync(CompareRequest request, IPairComparer comparer, CancellationToken cancellationToken)
    {
        CandidatePair[] pairs = request.Order switch
        {
            PairOrder.Ab => [AThenB],
            PairOrder.Ba => [AThenB.Swapped],
            _ => [AThenB, AThenB.Swapped],
        };
        var logits = await comparer.CompareAsync(pairs, cancellationToken);
        // −0 becomes 0.
        var logit = (request.Order is PairOrder.Both ? logits[0] - logits[1] : logits[0]) + 0f;
        var favour = request.Order switch { PairOrder.Ab => logit, PairOrder.Ba => -logit, _ => logit / 2 };
        return new CompareResponse(logit, Math.Sign(favour))
        {
            RankerInfo = comparer.Info,
            Probability = comparer.Info?.Probability(favour),
            PromptTokens = comparer.Usage.PromptTokens,
            CompletionTokens = comparer.Usage.CompletionTokens,
            Cost = comparer.Usage.Cost,
        };
    }
}
