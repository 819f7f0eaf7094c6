using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The form of an answer.</summary>
internal sealed record ResponseFormatBody
{
    /// <summary>The type: text, json_object, json_schema.</summary>
    public required string Type { get; init; }

    /// <summary>The schema, in chat.</summary>
    public JsonSchemaBody? JsonSchema { get; init; }

    /// <summary>The schema's name, in responses.</summary>
    public string? Name { get; init; }

    /// <summary>The schema's purpose, in responses.</summary>
    public string? Description { get; init; }

    /// <summary>The JSON schema, in responses.</summary>
    [JsonUnion("a JSON schema", typeof(object))]
    public JsonElement? Schema { get; init; }

    /// <summary>Whether the schema is enforced token by token by backends that support it, in responses.</summary>
    public bool? Strict { get; init; }

    /// <summary>Converts the form; returns null for any text.</summary>
    /// <param name="path">The field's name in errors.</param>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public AnswerFormat? ToFormat(string path) => Type switch
    {
        "text" => null,
        "json_object" => new AnswerFormat(),
        "json_schema" => (JsonSchema ?? throw JsonFault.Missing($"{path}.json_schema", "an object")).ToFormat($"{path}.json_schema"),
        _ => throw UnknownType(path),
    };

    /// <summary>Converts the form if the schema's fields are beside the type; returns null for any text.</summary>
    /// <param name="path">The field's name in errors.</param>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public AnswerFormat? ToFlatFormat(string path) => Type switch
    {
        "text" => null,
        "json_object" => new AnswerFormat(),
        "json_schema" => new JsonSchemaBody
        {
            Name = Name ?? throw JsonFault.Missing($"{path}.name", "a string"),
            Description = Description,
            Schema = Schema,
            Strict = Strict,
        }.ToFormat(path),
        _ => throw UnknownType(path),
    };

    private JsonFieldException UnknownType(string path) =>
        new($"{path}.type", $"\"{path}.type\" is \"{Type}\", and must be one of text, json_object, json_schema");
}

/// <summary>A JSON schema that an answer must match.</summary>
internal sealed record JsonSchemaBody
{
    /// <summary>Its name: 1 to 256 characters without spaces.</summary>
    public required string Name { get; init; }

    /// <summary>Its purpose.</summary>
    public string? Description { get; init; }

    /// <summary>The JSON schema.</summary>
    [JsonUnion("a JSON schema", typeof(object))]
    public JsonElement? Schema { get; init; }

    /// <summary>Whether the schema is enforced token by token by backends that support it.</summary>
    public bool? Strict { get; init; }

    /// <summary>Converts the schema.</summary>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public AnswerFormat ToFormat(string path) => new()
    {
        Schema = Schema switch
        {
            null => throw JsonFault.Missing($"{path}.schema", "a JSON schema"),
            { ValueKind: JsonValueKind.Object } schema => schema.GetRawText(),
            { } other => throw JsonFault.Refused($"{path}.schema", other, "a JSON object"),
        },
        Name = ToolReader.CheckName(Name, path),
        Description = Description,
        Strict = Strict,
    };
}
