namespace LLMBlender.Evaluation.Verification;

/// <summary>The allowed differences between a model and the single-precision reference.</summary>
/// <param name="Value">For logits and hidden states.</param>
/// <param name="Score">For scores, which add logits up.</param>
/// <param name="Ranks">Whether ranks must be equal; below single precision, near ties may be ranked differently.</param>
/// <param name="Logit">For a generator's logits and beam scores, which are larger numbers.</param>
internal sealed record Tolerances(double Value, double Score, bool Ranks, double Logit)
{
    /// <summary>The tolerances of a precision.</summary>
    /// <remarks>
    /// Single precision differs only by the order of additions. The tolerances of fp16 and int8 are the rounding error of every
    /// layer's weights and inputs for random weights, where errors do not average out; trained models stay well below.
    /// </remarks>
    public static Tolerances Of(string precision) => precision switch
    {
        "fp32" => new Tolerances(2e-5, 3e-5, Ranks: true, 1e-4),
        "fp16" => new Tolerances(2e-2, 2e-2, Ranks: false, 0.1),
        _ => new Tolerances(0.5, 0.5, Ranks: false, 2),
    };
}
