using System.Text.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Parameters of OpenAI's API that no panel supports. Values that ask for nothing are accepted.</summary>
internal sealed class UnsupportedParameters
{
    private readonly (string Field, string Why, Func<JsonElement, bool> IsHarmless)[] fields;

    private UnsupportedParameters(params (string, string, Func<JsonElement, bool>)[] fields) => this.fields = fields;

    /// <summary>Those of <c>/v1/chat/completions</c>.</summary>
    public static UnsupportedParameters Chat { get; } = new(
        ("functions", "say it with \"tools\"", IsEmpty),
        ("function_call", "say it with \"tool_choice\"", static value => IsText(value, "none", "auto")),
        ("logprobs", "a blended text has no probabilities of its own", static value => value.ValueKind is JsonValueKind.False),
        ("top_logprobs", "a blended text has no probabilities of its own", IsZero),
        ("logit_bias", "the panel's models have different tokens", IsEmpty),
        ("modalities", "a blend answers with text", static value => value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(static kind => IsText(kind, "text"))),
        ("audio", "a blend answers with text", static _ => false),
        ("prediction", "a blend's answer is made of the panel's", static _ => false),
        ("web_search_options", "a blend looks nothing up", static _ => false),
        ("verbosity", "the panel's models write as their own settings have it", static value => IsText(value, "medium")),
        ("reasoning_effort", "the panel's models think as their own settings have it", static _ => false));

    /// <summary>Those of <c>/v1/responses</c>.</summary>
    public static UnsupportedParameters Responses { get; } = new(
        ("previous_response_id", "no response is stored: send the conversation as \"input\"", static _ => false),
        ("conversation", "no conversation is stored: send it as \"input\"", static _ => false),
        ("store", "no response is stored", static value => value.ValueKind is JsonValueKind.False),
        ("background", "an answer is given at once or as a stream", static value => value.ValueKind is JsonValueKind.False),
        ("tools", "ask /v1/chat/completions for them", IsEmpty),
        ("tool_choice", "ask /v1/chat/completions for tools", static value => IsText(value, "auto", "none")),
        ("include", "there is nothing more to include", IsEmpty),
        ("prompt", "no prompts are stored", static _ => false),
        ("reasoning", "the panel's models think as their own settings have it", static value => value.ValueKind is JsonValueKind.Object && value.EnumerateObject().All(static field => field.Value.ValueKind is JsonValueKind.Null)),
        ("top_logprobs", "a blended text has no probabilities of its own", IsZero),
        ("truncation", "nothing is cut from a conversation", static value => IsText(value, "disabled")));

    /// <summary>Those of <c>text</c> in <c>/v1/responses</c>.</summary>
    public static UnsupportedParameters Text { get; } = new(
        ("verbosity", "the panel's models write as their own settings have it", static value => IsText(value, "medium")));

    /// <summary>Refuses a parameter that asks for what no panel supports.</summary>
    /// <param name="other">The fields that were not read.</param>
    /// <param name="path">The name, in errors, of the object that holds them; empty for the body.</param>
    /// <exception cref="ApiException">There is one.</exception>
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
