using LLMBlender.Local.Settings;

namespace LLMBlender.Local.Wire;

/// <summary>How a model server is called.</summary>
/// <param name="Url">The base URL, for OpenAI's API including <c>/v1</c>.</param>
/// <param name="Model">The server's name of the model.</param>
internal sealed record WireSettings(Uri Url, string Model)
{
    /// <summary>The API key; null for none.</summary>
    public Secret? Key { get; init; }

    /// <summary>The field that limits an answer's tokens; null to choose by the server.</summary>
    public string? TokenLimitField { get; init; }

    /// <summary>Fields that the server does not take.</summary>
    public IReadOnlyList<string> DroppedFields { get; init; } = [];

    /// <summary>The version of Azure OpenAI's API.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>The maximum length of an answer's text, reasoning and tool arguments together, in UTF-16 characters.</summary>
    public int MaxAnswerLength { get; init; } = 4 * 1024 * 1024;

    /// <summary>The longest time without a byte of the answer.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The time limit of the first byte of an attempt's answer; null for <see cref="IdleTimeout"/>.</summary>
    public TimeSpan? AttemptTimeout { get; init; }

    /// <summary>The maximum length of one event or body in bytes: an answer in the largest usual wrapping.</summary>
    public int MaxFrameBytes => (int)Math.Min((4L * MaxAnswerLength) + (64 * 1024), int.MaxValue / 2);
}
