using System.Text.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Parameters of OpenAI's API that no panel supports. Values without effect are accepted.</summary>
internal sealed class UnsupportedParameters
{
    private readonly (string Field, string Why, Func<JsonElement, bool> IsHarmless)[] fields;

    private UnsupportedParameters(params (string, string, Func<JsonElement, bool>)[] fields) => this.fields = fields;

    /// <summary>The parameters of <c>/v1/chat/completions</c>.</summary>
    public static UnsupportedParameters Chat { get; } = new(
        ("logit_bias", "the panel's models have different tokens", IsEmpty),
        ("modalities", "a blend answers with text", static value => value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(static kind => IsText(kind, "text"))),
        ("audio", "a blend answers with text", static _ => false));

    /// <summary>The parameters of <c>/v1/responses</c>.</summary>
    public static UnsupportedParameters Responses { get; } = new(
        ("conversation", "no conversation is stored: continue a response with \"previous_response_id\", or send the conversation as \"input\"", static _ => false),
        ("background", "an answer is returned in the response or as a stream", static value => value.ValueKind is JsonValueKind.False),
        ("prompt", "no prompts are stored", static _ => false),
        ("top_logprobs", "a blended text has no log probabilities", IsZero));

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
