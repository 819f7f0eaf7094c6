namespace LLMBlender.Inference.Onnx;

/// <summary>The supported architectures, for error messages.</summary>
internal static class Architectures
{
    /// <summary>The rule for <c>model_type</c>.</summary>
    public const string Rule =
        "must be bert, bleurt, roberta, xlm-roberta, modernbert or deberta-v2 (which v3 is, too) for an encoder, classifier or ranker, "
        + "t5 for a fuser, or bart for likelihoods";
}
