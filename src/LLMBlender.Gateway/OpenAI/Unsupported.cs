using System.Text.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Wishes that OpenAI's API knows and no panel can honour.</summary>
internal static class Unsupported
{
    private static readonly (string Field, string Why, Func<JsonElement, bool> Harmless)[] Wishes =
    [
        ("functions", "say it with \"tools\"", IsEmpty),
        ("function_call", "say it with \"tool_choice\"", static value => IsText(value, "none", "auto")),
        ("logprobs", "a blended text has no probabilities of its own", static value => value.ValueKind is JsonValueKind.False),
        ("top_logprobs", "a blended text has no probabilities of its own", static value => value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var n) && n == 0),
        ("logit_bias", "the panel's models have different tokens", IsEmpty),
        ("modalities", "a blend answers with text", static value => value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(static kind => IsText(kind, "text"))),
        ("audio", "a blend answers with text", static _ => false),
        ("prediction", "a blend's answer is made of the panel's", static _ => false),
        ("web_search_options", "a blend looks nothing up", static _ => false),
        ("verbosity", "the panel's models write as their own settings have it", static value => IsText(value, "medium")),
        ("reasoning_effort", "the panel's models think as their own settings have it", static _ => false),
    ];

    /// <summary>Refuses what can't be honoured.</summary>
    /// <exception cref="RequestException">One of the fields asks for something.</exception>
    public static void Check(RequestFields fields)
    {
        foreach (var (field, why, isHarmless) in Wishes)
        {
            if (fields.Raw(field) is { } value && !isHarmless(value))
            {
                throw new RequestException(ApiError.Unsupported(field, $"\"{field}\" can't be honoured: {why}"));
            }
        }
    }

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
