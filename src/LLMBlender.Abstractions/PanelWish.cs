namespace LLMBlender.Abstractions;

/// <summary>Wishes of a request that only some panels pass on to their members; the best answer is then given as it is.</summary>
public static class PanelWish
{
    /// <summary>Answers that are JSON: <see cref="BlendRequest.Format"/>.</summary>
    public const string ResponseFormat = "response_format";

    /// <summary>Answers that call the asker's tools: <see cref="BlendRequest.Tools"/>.</summary>
    public const string Tools = "tools";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [ResponseFormat, Tools];
}
