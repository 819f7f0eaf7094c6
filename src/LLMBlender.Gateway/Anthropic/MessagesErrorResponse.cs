using System.Text.Json.Serialization;

namespace LLMBlender.Gateway.Anthropic;

/// <summary>An error in the format of Anthropic's API.</summary>
internal sealed record MessagesErrorResponse
{
    /// <summary>The type: error.</summary>
    [JsonPropertyOrder(-1)]
    public string Type { get; init; } = "error";

    /// <summary>The error, with the fields of OpenAI's too.</summary>
    public required ErrorBody Error { get; init; }

    /// <summary>Creates the error's form.</summary>
    public static MessagesErrorResponse Create(ApiError error) => new()
    {
        Error = new ErrorBody { Message = error.Message, Type = TypeOf(error.Status), Param = error.Parameter, Code = error.Code },
    };

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        402 => "billing_error",
        529 => "overloaded_error",
        >= 400 and < 500 => "invalid_request_error",
        _ => "api_error",
    };
}
