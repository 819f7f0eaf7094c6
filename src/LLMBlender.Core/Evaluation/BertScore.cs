using System.Numerics.Tensors;

namespace LLMBlender.Core.Evaluation;

/// <summary>BERTScore (Zhang et al. 2020): how well the tokens of two texts match, each with its nearest.</summary>
/// <param name="Precision">The candidate's tokens, each with the reference's nearest.</param>
/// <param name="Recall">The reference's tokens, each with the candidate's nearest.</param>
/// <param name="F1">Both together.</param>
public readonly record struct BertScore(double Precision, double Recall, double F1)
{
    /// <summary>
    /// Greedy matching as the bert_score package does it: special tokens may be matched with but have no weight, and a text
    /// without any weight scores 0.
    /// </summary>
    /// <exception cref="ArgumentException">The vectors are of different widths.</exception>
    public static BertScore Of(TokenVectors candidate, TokenVectors reference)
    {
        if (candidate.Width != reference.Width)
        {
            throw new ArgumentException($"vectors of {candidate.Width} and of {reference.Width} numbers can't be compared", nameof(reference));
        }

        if (candidate.TotalWeight == 0 || reference.TotalWeight == 0)
        {
            return default;
        }

        var nearestOfReference = new double[reference.Count];
        nearestOfReference.AsSpan().Fill(double.NegativeInfinity);
        double precision = 0;
        for (var i = 0; i < candidate.Count; i++)
        {
            var nearest = double.NegativeInfinity;
            for (var j = 0; j < reference.Count; j++)
            {
                var cosine = TensorPrimitives.Dot(candidate[i], reference[j]);
                nearest = Math.Max(nearest, cosine);
                nearestOfReference[j] = Math.Max(nearestOfReference[j], cosine);
            }

            precision += candidate.Weight(i) * nearest;
        }

        double recall = 0;
        for (var j = 0; j < reference.Count; j++)
        {
            recall += reference.Weight(j) * nearestOfReference[j];
        }

        return Of(precision / candidate.TotalWeight, recall / reference.TotalWeight);
    }

    /// <summary>The score stretched so that <paramref name="baseline"/>, what unrelated texts get, becomes 0: (x − b) / (1 − b).</summary>
    public BertScore Rescaled(BertScore baseline) => new(
        (Precision - baseline.Precision) / (1 - baseline.Precision),
        (Recall - baseline.Recall) / (1 - baseline.Recall),
        (F1 - baseline.F1) / (1 - baseline.F1));

    private static BertScore Of(double precision, double recall)
    {
        var sum = precision + recall;
        return new BertScore(precision, recall, sum == 0 ? 0 : 2 * precision * recall / sum);
    }
}
