namespace LLMBlender.Inference.Likelihood;

/// <summary>A text as LLM-Blender's <c>BARTScorer.score</c> gives it to the tokenizer.</summary>
public static class BartScoreText
{
    /// <summary>The text with every literal <c>&lt;mask&gt;</c> spelled <c>[mask]</c>, so that it is no control token.</summary>
    public static string Of(string text) => text.Replace("<mask>", "[mask]", StringComparison.Ordinal);
}
