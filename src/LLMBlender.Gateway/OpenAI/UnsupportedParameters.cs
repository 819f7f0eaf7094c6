using System.Text.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Parameters of OpenAI's API that no panel supports. Values without effect are accepted.</summary>
internal sealed class UnsupportedParameters
{
    private readonly (string Field, string Why, Func<JsonElement, bool> IsHarmless)[] fields;

    private UnsupportedParameters(params (string, string, Func<JsonElement, bool>)[] fields) => this.fields = fields;

    /// <summary>The parameters of <c>/v1/chat/completions</c>.</summary>
    public static UnsupportedParameters Chat { get; } = new(
        ("functions", "use \"tools\" instead", IsEmpty),
        ("function_call", "use \"tool_choice\" instead", static value => IsText(value, "none", "auto")),
        ("logprobs", "a blended text has no log probabilities", static value => value.ValueKind is JsonValueKind.False),
        ("top_logprobs", "a blended text has no log probabilities", IsZero),
        ("logit_bias", "the panel's models have different tokens", IsEmpty),
        ("modalities", "a blend answers with text", static value => value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(static kind => IsText(kind, "text"))),
        ("audio", "a blend answers with text", static _ => false),
        ("prediction", "a blend's answer is generated from the panel's answers", static _ => false),
        ("web_search_options", "a blend does not search the web", static _ => false),
        ("verbosity", "it is set in each backend's configuration", static value => IsText(value, "medium")),
        ("reasoning_effort", "it is set in each backend's configuration", static _ => false));

    /// <summary>The parameters of <c>/v1/responses</c>.</summary>
    public static UnsupportedParameters Responses { get; } = new(
        ("previous_response_id", "no response is stored: send the conversation as \"input\"", static _ => false),
        ("conversation", "no conversation is stored: send it as \"input\"", static _ => false),
        ("store", "no response is stored", static value => value.ValueKind is JsonValueKind.False),
        ("background", "an answer is returned in the response or as a stream", static value => value.ValueKind is JsonValueKind.False),
        ("tools", "use /v1/chat/completions for tools", IsEmpty),
        ("tool_choice", "use /v1/chat/completions for tools", static value => IsText(value, "auto", "none")),
        ("include", "there is nothing more to include", IsEmpty),
        ("prompt", "no prompts are stored", static _ => false),
        ("reasoning", "it is set in each backend's configuration", static value => value.ValueKind is JsonValueKind.Object && value.EnumerateObject().All(static field => field.Value.ValueKind is JsonValueKind.Null)),
        ("top_logprobs", "a blended text has no log probabilities", IsZero),
        ("truncation", "a conversation is never truncated", static value => IsText(value, "disabled")));

    /// <summary>The parameters of <c>text</c> in <c>/v1/responses</c>.</summary>
    public static UnsupportedParameters Text { get; } = new(
        ("verbosity", "it is set in each backend's configuration", static value => IsText(value, "medium")));

    /// <summary>Throws if a parameter requires an unsupported feature.</summary>
    /// <param name="other">The unknown fields.</param>
    /// <param name="path">The path of the object with the fields, for errors; empty for the body.</param>
    /// <exception cref="ApiException">A parameter is not supported.</exception>
    public void Check(IReadOnlyDictionary<string, JsonElement>? other, string path = "")
    {
        if (other is null)
        {
            return;
        }

        foreach (var (field, why, isHarmless) in fields)
        {
            if (other.TryGetValue(field, out var value) && value.ValueKind is not JsonValueKind.Null && !isHarmless(value))
            {
                throw new ApiException(ApiError.Unsupported(path + field, $"\"{path}{field}\" is not supported: {why}"));
            }
        }
    }

    private static bool IsZero(JsonElement value) => value.ValueKind is JsonValueKind.Number && value.GetDouble() == 0;

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };

    private static bool IsText(JsonElement value, params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (value.ValueKind is JsonValueKind.String && value.ValueEquals(text))
            {
                return true;
            }
        }

        return false;
    }
}
