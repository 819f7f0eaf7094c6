namespace LLMBlender.Local.Fusion;

/// <summary>How a chat model fuses.</summary>
public sealed record ChatFuserOptions
{
    /// <summary>How answers and failures name it.</summary>
    public string Name { get; init; } = "chat";

    /// <summary>The model asked for; null for the client's own.</summary>
    public string? ModelId { get; init; }

    /// <summary>Tokens of an answer at most.</summary>
    public int MaxNewTokens { get; init; } = 1024;

    /// <summary>How freely tokens are drawn; null for the model's own.</summary>
    public float? Temperature { get; init; } = 0;
}
