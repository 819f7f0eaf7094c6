namespace LLMBlender.Evaluation.Verification;

/// <summary>How far from the single-precision reference a model may be.</summary>
/// <param name="Value">For logits and hidden states.</param>
/// <param name="Score">For scores, which add logits up.</param>
/// <param name="Ranks">Whether ranks must be the same; below single precision near ties may fall otherwise.</param>
/// <param name="Logit">For a generator's logits and beam scores, which are larger numbers.</param>
internal sealed record Tolerances(double Value, double Score, bool Ranks, double Logit)
{
    /// <summary>The tolerances of a precision.</summary>
    /// <remarks>
    /// Single precision differs by the order of additions alone. Half and int8 are what rounding every layer's weights
    /// and inputs comes to on random weights, where nothing averages out; trained models stay well below.
    /// </remarks>
    public static Tolerances Of(string precision) => precision switch
    {
        "fp32" => new Tolerances(2e-5, 3e-5, Ranks: true, 1e-4),
        "fp16" => new Tolerances(2e-2, 2e-2, Ranks: false, 0.1),
        _ => new Tolerances(0.5, 0.5, Ranks: false, 2),
    };
}
