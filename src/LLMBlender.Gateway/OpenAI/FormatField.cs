using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The field <c>response_format</c>.</summary>
internal static class FormatField
{
    private const string Rule = "one of text, json_object, json_schema";

    /// <summary>Reads it; null for text as it comes.</summary>
    /// <exception cref="RequestException">It breaks a rule.</exception>
    public static AnswerFormat? Read(RequestFields body)
    {
        if (body.OptionalObject("response_format") is not { } format)
        {
            return null;
        }

        return format.Text("type") switch
        {
            "text" => null,
            "json_object" => new AnswerFormat(),
            "json_schema" => Schema(format.OptionalObject("json_schema") ?? throw Invalid(format.NameOf("json_schema"), "is missing, and must be an object")),
            var other => throw Invalid(format.NameOf("type"), $"is \"{other}\", and must be {Rule}"),
        };
    }

    /// <summary>Reads the field <c>format</c> of <c>text</c>, where the schema stands beside the type; null for text as it comes.</summary>
    /// <exception cref="RequestException">It breaks a rule.</exception>
    public static AnswerFormat? ReadFlat(RequestFields text)
    {
        if (text.OptionalObject("format") is not { } format)
        {
            return null;
        }

        return format.Text("type") switch
        {
            "text" => null,
            "json_object" => new AnswerFormat(),
            "json_schema" => Schema(format),
            var other => throw Invalid(format.NameOf("type"), $"is \"{other}\", and must be {Rule}"),
        };
    }

    private static AnswerFormat Schema(RequestFields described) => new()
    {
        Schema = described.OptionalObject("schema") is null
            ? throw Invalid(described.NameOf("schema"), "is missing, and must be a JSON schema")
            : described.Raw("schema")!.Value.GetRawText(),
        Name = ToolFields.Name(described),
        Description = described.OptionalText("description"),
        Strict = described.Raw("strict") is null ? null : described.Flag("strict"),
    };

    private static RequestException Invalid(string field, string problem) => new(ApiError.Invalid(field, $"\"{field}\" {problem}"));
}
