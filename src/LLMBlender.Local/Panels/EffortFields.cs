using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LLMBlender.Local.Panels;

/// <summary>Sets a member's effort in the fields of its request.</summary>
internal static class EffortFields
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Sets OpenAI's <c>reasoning_effort</c>.</summary>
    /// <param name="fields">A JSON object; null for none.</param>
    /// <param name="effort">The effort.</param>
    public static string InFields(string? fields, string effort)
    {
        var body = fields is null ? [] : JsonNode.Parse(fields)!.AsObject();
        body["reasoning_effort"] = effort;
        return body.ToJsonString(Plain);
    }

    /// <summary>Sets Anthropic's <c>output_config.effort</c>.</summary>
    /// <param name="source">A request in the format of Anthropic's messages API; null for none.</param>
    /// <param name="effort">The effort.</param>
    public static string? InSource(string? source, string effort)
    {
        if (source is null)
        {
            return null;
        }

        var body = JsonNode.Parse(source)!.AsObject();
        if (body["output_config"] is not JsonObject config)
        {
            body["output_config"] = config = [];
        }

        config["effort"] = effort;
        return body.ToJsonString(Plain);
    }
}
