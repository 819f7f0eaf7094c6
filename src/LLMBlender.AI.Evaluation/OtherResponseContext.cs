using Microsoft.Extensions.AI.Evaluation;

namespace LLMBlender.AI.Evaluation;

/// <summary>The response that <see cref="PreferenceEvaluator"/> compares with, such as that of the model in production.</summary>
/// <param name="text">The response's text.</param>
public sealed class OtherResponseContext(string text) : EvaluationContext(ContextName, text)
{
    /// <summary>The context's name in results.</summary>
    public const string ContextName = "Other response";

    /// <summary>The response's text.</summary>
    public string Text { get; } = text;
}
