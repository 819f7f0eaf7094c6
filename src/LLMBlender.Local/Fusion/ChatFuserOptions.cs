namespace LLMBlender.Local.Fusion;

/// <summary>Options of a <see cref="ChatFuser"/>.</summary>
public sealed record ChatFuserOptions
{
    /// <summary>The fuser's name in responses and failures.</summary>
    public string Name { get; init; } = "chat";

    /// <summary>The model id; null for the client's default.</summary>
    public string? ModelId { get; init; }

    /// <summary>Maximum number of tokens of an answer.</summary>
    public int MaxNewTokens { get; init; } = 1024;

    /// <summary>The sampling temperature; null for the model's default.</summary>
    public float? Temperature { get; init; } = 0;

    /// <summary>The name of a preset of <see cref="ChatFusionPrompt.Presets"/>, or a template; null for the default.</summary>
    public string? Prompt { get; init; }
}
