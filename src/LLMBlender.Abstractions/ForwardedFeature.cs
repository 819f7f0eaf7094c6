namespace LLMBlender.Abstractions;

/// <summary>Features of a request that only some panels forward to their members; the answer is then the best candidate, unchanged.</summary>
public static class ForwardedFeature
{
    /// <summary>Answers that are JSON: <see cref="BlendRequest.Format"/>.</summary>
    public const string ResponseFormat = "response_format";

    /// <summary>Answers that call the caller's tools: <see cref="BlendRequest.Tools"/>.</summary>
    public const string Tools = "tools";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [ResponseFormat, Tools];
}
