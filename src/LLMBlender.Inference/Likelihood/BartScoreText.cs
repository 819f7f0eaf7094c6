namespace LLMBlender.Inference.Likelihood;

/// <summary>Prepares a text as LLM-Blender's <c>BARTScorer.score</c> passes it to the tokenizer.</summary>
public static class BartScoreText
{
    /// <summary>The text with every literal <c>&lt;mask&gt;</c> replaced by <c>[mask]</c>, so that it is not a control token.</summary>
    public static string Of(string text) => text.Replace("<mask>", "[mask]", StringComparison.Ordinal);
}
