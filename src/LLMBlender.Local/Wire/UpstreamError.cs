using System.Globalization;
using System.Text.Json;
using LLMBlender.Abstractions;

namespace LLMBlender.Local.Wire;

/// <summary>Reads the errors of model servers: from a response with an error status, or in a body or stream that began as a success.</summary>
internal static class UpstreamError
{
    private const int Unknown = 0;
    private const string InBody = "it answered 200 with an error in its body";
    private const string InvalidRequest = "invalid_request_error";
    private const string ContextLength = "context_length_exceeded";

    // Servers name the limit in many ways; clients shorten the conversation only if they read the code above.
    private static readonly string[] ContextPhrases =
    [
        "maximum context length", "context window", "context_length", "context length", "context size", "exceed_context_size", "prompt is too long",
        "max_model_len", "too many tokens", "input length and `max_tokens` exceed", "exceeds the maximum number of tokens", "maximum prompt length", "`inputs` tokens",
        "prompt_too_long", "input is too long", "exceeded model token limit", "range of input length", "exceeds max length", "reduce the length of the messages",
    ];

    /// <summary>Returns the error of a response.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The beginning of the body.</param>
    public static BackendException Create(int status, ReadOnlyMemory<byte> body)
    {
        var (message, code, _) = Read(body);
        return Create(status, code, $"it answered {status.ToString(CultureInfo.InvariantCulture)}", message.Length == 0 ? "no error message" : message);
    }

    /// <summary>Returns the error in a frame; null if it contains none. An error field without a message and a code is none.</summary>
    /// <param name="root">The frame's JSON.</param>
    /// <param name="name">The event's name.</param>
    public static BackendException? Find(JsonElement root, string? name)
    {
        if (ErrorIn(root, name) is not { } error)
        {
            return null;
        }

        var (message, code, status) = Describe(error);
        return Create(status, code, InBody, message.Length == 0 ? code ?? error.GetRawText() : message);
    }

    /// <summary>Returns the error of an event whose data is not JSON.</summary>
    public static BackendException CreateFromText(string text) => Create(Unknown, null, InBody, text);

    private static JsonElement? ErrorIn(JsonElement root, string? name)
    {
        if (root.ValueKind is JsonValueKind.Array)
        {
            return root.GetArrayLength() > 0 ? ErrorIn(root[0], name) : null;
        }

        if (root.Field("error") is var error && !error.IsBlank() && !IsSuccess(error))
        {
            return error;
        }

        if (name == "error" || root.Field("object").Text() == "error" || root.Field("type").Text() == "error")
        {
            return root;
        }

        var choice = root.Field("choices").Entries().FirstOrDefault();
        if (choice.ValueKind is JsonValueKind.Object)
        {
            return choice.Field("error") is var inner && !inner.IsBlank() ? inner : null;
        }

        // MiniMax: a status code other than 0. FastAPI, Cloudflare: only these fields.
        return root.Field("base_resp") is { } reply && reply.Field("status_code").Count() is > 0 ? reply
            : !root.Field("detail").IsBlank() || !root.Field("errors").IsBlank() ? root
            : null;
    }

    private static bool IsSuccess(JsonElement? error) => error.Field("code").Text() == "200";

    private static (string Message, string? Code, int Status) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var root = LenientJson.Parse(body);
            var error = ErrorIn(root, "error") ?? root;
            var (message, code, status) = Describe(error);
            return (message.Length == 0 ? error.GetRawText() : message, code, status);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (System.Text.Encoding.UTF8.GetString(body.Span), null, Unknown);
        }
    }

    private static (string Message, string? Code, int Status) Describe(JsonElement error)
    {
        if (error.ValueKind is not JsonValueKind.Object)
        {
            return (((JsonElement?)error).Text() ?? error.GetRawText(), null, Unknown);
        }

        var message = Message(error) ?? "";
        var code = error.Field("code").Text() ?? error.Field("status_code").Text();
        var status = code.AsStatus() ?? error.Field("status").Text().AsStatus() ?? error.Field("http_status").Text().AsStatus() ?? Unknown;
        var type = error.Field("type").Text();
        var named = code is not null && code.AsStatus() is null ? code : StatusOf(type) is Unknown || type == InvalidRequest ? null : type;
        return (message, string.IsNullOrWhiteSpace(named) ? null : named, status is Unknown ? StatusOf(type) : status);
    }

    private static string? Message(JsonElement error)
    {
        foreach (var field in (ReadOnlySpan<string>)["message", "msg", "detail", "status_msg", "error", "errors", "description"])
        {
            if (error.Field(field) is { } value && !((JsonElement?)value).IsBlank())
            {
                return value.ValueKind is JsonValueKind.Object ? Message(value) ?? value.GetRawText() : ((JsonElement?)value).Text() ?? value.GetRawText();
            }
        }

        return null;
    }

    private static int? AsStatus(this string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and < 600 ? status : null;

    private static BackendException Create(int status, string? code, string message, string written)
    {
        var isContext = status is Unknown or 400 or 413 or 422 or 500
            && (code == ContextLength || Array.Exists(ContextPhrases, phrase => written.Contains(phrase, StringComparison.OrdinalIgnoreCase)));
        var known = isContext ? 400 : status is not Unknown ? status : StatusOf(code);
        return new BackendException(Reason(known), message) { Status = known is Unknown ? null : known, Code = isContext ? ContextLength : code, ServerMessage = written };
    }

    private static int StatusOf(string? code) => code switch
    {
        "rate_limit_exceeded" or "rate_limit_error" or "insufficient_quota" or "RESOURCE_EXHAUSTED" => 429,
        "overloaded_error" or "overloaded" => 529,
        "authentication_error" or "invalid_api_key" => 401,
        "permission_error" => 403,
        "not_found_error" or "model_not_found" => 404,
        "request_too_large" => 413,
        InvalidRequest => 400,
        _ => Unknown,
    };

    private static BlendFailureReason Reason(int status) => status switch
    {
        429 or 503 or 529 => BlendFailureReason.Overloaded,
        408 or 504 => BlendFailureReason.TimedOut,
        >= 400 and < 500 => BlendFailureReason.Refused,
        _ => BlendFailureReason.Faulted,
    };
}
