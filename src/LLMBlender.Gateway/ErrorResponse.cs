using System.Text.Json.Serialization;

namespace LLMBlender.Gateway;

/// <summary>An error in the format of OpenAI's API.</summary>
internal sealed record ErrorResponse
{
    /// <summary>The error.</summary>
    public required ErrorBody Error { get; init; }
}

/// <summary>An error.</summary>
internal sealed record ErrorBody
{
    /// <summary>The human-readable reason.</summary>
    public required string Message { get; init; }

    /// <summary>The kind: invalid_request_error, permission_error, rate_limit_error, overloaded_error, timeout_error, server_error.</summary>
    public required string Type { get; init; }

    /// <summary>The invalid field, such as candidates[2].text; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Param { get; init; }

    /// <summary>The machine-readable reason.</summary>
    public required string Code { get; init; }
}
