namespace LLMBlender.Inference.Onnx;

/// <summary>The architectures that can be imported, for errors.</summary>
internal static class Architectures
{
    /// <summary>What <c>model_type</c> must be.</summary>
    public const string Rule =
        "must be bert, bleurt, roberta, xlm-roberta or deberta-v2 (which v3 is, too) for an encoder, classifier or ranker, "
        + "t5 for a fuser, or bart for likelihoods";
}
