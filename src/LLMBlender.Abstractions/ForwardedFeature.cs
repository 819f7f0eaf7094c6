namespace LLMBlender.Abstractions;

/// <summary>Request features that only some panels forward to their members; the answer is then the best candidate, unchanged.</summary>
public static class ForwardedFeature
{
    /// <summary>JSON answers: <see cref="BlendRequest.Format"/>.</summary>
    public const string ResponseFormat = "response_format";

    /// <summary>Tool calls: <see cref="BlendRequest.Tools"/>.</summary>
    public const string Tools = "tools";

    /// <summary>All features.</summary>
    public static IReadOnlyList<string> All { get; } = [ResponseFormat, Tools];
}
