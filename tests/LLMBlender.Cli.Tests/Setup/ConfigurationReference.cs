using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Serving;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Settings;

namespace LLMBlender.Cli.Tests.Setup;

/// <summary>The configuration's keys as Markdown and as JSON schema, generated from the options classes and their doc comments.</summary>
internal static partial class ConfigurationReference
{
    private static readonly Dictionary<(Type, string), IEnumerable<string>> Choices = new()
    {
        [(typeof(BackendSettings), nameof(BackendSettings.Kind))] = [BackendSettings.OpenAI, BackendSettings.Azure, BackendSettings.Anthropic, BackendSettings.Ollama],
        [(typeof(BackendSettings), nameof(BackendSettings.TokenLimitField))] = ["max_tokens", "max_completion_tokens"],
        [(typeof(ScorerSettings), nameof(ScorerSettings.Kind))] = ScorerSettings.Kinds,
        [(typeof(PanelSettings), nameof(PanelSettings.StageOrder))] = [PanelSettings.ByPrice],
        [(typeof(ScorerSettings), nameof(ScorerSettings.Scores))] = [ScorerSettings.Logit, ScorerSettings.Probability],
        [(typeof(PanelSettings), nameof(PanelSettings.Aggregate))] = RankingEngines.Names,
        [(typeof(PanelSettings), nameof(PanelSettings.Passes))] = ForwardedFeature.All,
    };

    private static readonly Dictionary<Assembly, Dictionary<string, XElement>> Comments = [];

    /// <summary>A table of keys for each object of the section.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder();
        Section(text, ServeSettings.Section, typeof(ServeSettings));
        return text.ToString();
    }

    /// <summary>The JSON schema.</summary>
    public static string Schema()
    {
        var section = Object(typeof(ServeSettings));
        var root = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "Configuration of LLMBlender",
            ["type"] = "object",
            ["required"] = new JsonArray(ServeSettings.Section),
            ["properties"] = new JsonObject
            {
                ["$schema"] = new JsonObject { ["type"] = "string" },
                [ServeSettings.Section] = section,
                ["Logging"] = new JsonObject { ["type"] = "object", ["description"] = ".NET's logging: LogLevel by category, and Console:FormatterName (simple or json)." },
            },
        };
        return root.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" }) + "\n";
    }

    /// <summary>All properties that the reference must contain, as paths.</summary>
    public static IEnumerable<string> Paths() => Paths(ServeSettings.Section, typeof(ServeSettings));

    private static IEnumerable<string> Paths(string path, Type type) => Properties(type).SelectMany(property =>
        Nested(property.PropertyType) is { } nested ? Paths($"{path}:{property.Name}{(property.PropertyType.IsArray ? ":0" : "")}", nested) : [$"{path}:{property.Name}"]);

    private static void Section(StringBuilder text, string path, Type type)
    {
        text.Append(CultureInfo.InvariantCulture, $"### `{path}`\n\n{Comment(type, null, markdown: true)}\n\n| key | type | default | meaning |\n|---|---|---|---|\n");
        foreach (var property in Properties(type))
        {
            var meaning = Comment(type, property, markdown: true).Replace("|", "\\|", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"| `{property.Name}` | {TypeName(property)} | {Default(type, property)} | {meaning} |\n");
        }

        text.Append('\n');
        foreach (var property in Properties(type))
        {
            if (Nested(property.PropertyType) is { } nested)
            {
                Section(text, $"{path}:{property.Name}{(property.PropertyType.IsArray ? ":0" : "")}", nested);
            }
        }
    }

    private static JsonObject Object(Type type)
    {
        var properties = new JsonObject();
        foreach (var property in Properties(type))
        {
            var schema = SchemaOf(type, property);
            schema["description"] = Comment(type, property, markdown: false);
            properties[property.Name] = schema;
        }

        return new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
    }

    private static JsonObject SchemaOf(Type type, PropertyInfo property)
    {
        var value = Plain(property.PropertyType);
        if (Nested(value) is { } nested)
        {
            return value.IsArray ? new JsonObject { ["type"] = "array", ["items"] = Object(nested) } : Object(nested);
        }

        var choices = Choices.GetValueOrDefault((type, property.Name))?.Select(static choice => (JsonNode)choice).ToArray();
        var element = value.IsArray ? value.GetElementType()! : value;
        if (element.IsArray)
        {
            return new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = JsonType(element.GetElementType()!) } } };
        }

        var scalar = new JsonObject { ["type"] = JsonType(element) };
        if (choices is not null)
        {
            scalar["enum"] = new JsonArray(choices);
        }

        if (value == typeof(TimeSpan))
        {
            scalar["pattern"] = @"^(\d+\.)?\d{1,2}:\d{2}(:\d{2}(\.\d{1,7})?)?$";
        }

        return value.IsArray ? new JsonObject { ["type"] = "array", ["items"] = scalar } : scalar;
    }

    private static string JsonType(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => "boolean",
        TypeCode.Int32 or TypeCode.Int64 => "integer",
        TypeCode.Single or TypeCode.Double or TypeCode.Decimal => "number",
        _ => "string",
    };

    private static string TypeName(PropertyInfo property)
    {
        var value = Plain(property.PropertyType);
        return Nested(value) is not null ? value.IsArray ? "list of objects" : "object"
            : value.IsArray ? value.GetElementType()!.IsArray ? "list of lists of texts" : "list of texts"
            : value == typeof(TimeSpan) ? "time"
            : JsonType(value) switch { "boolean" => "true or false", "integer" => "whole number", "number" => "number", _ => "text" };
    }

    private static string Default(Type type, PropertyInfo property) => property.GetValue(Activator.CreateInstance(type)) switch
    {
        null or "" => "",
        bool flag => flag ? "`true`" : "`false`",
        TimeSpan time => $"`{time:c}`",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        string words => $"`{words}`",
        ICollection { Count: 0 } => "",
        _ => "",
    };

    private static PropertyInfo[] Properties(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => property.SetMethod is { IsPublic: true })];

    private static Type? Nested(Type type)
    {
        var value = type.IsArray ? type.GetElementType()! : type;
        return value.IsClass && value != typeof(string) && value.Namespace?.StartsWith("LLMBlender", StringComparison.Ordinal) == true ? value : null;
    }

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static string Comment(Type type, PropertyInfo? property, bool markdown)
    {
        var name = property is null ? $"T:{type.FullName}" : $"P:{type.FullName}.{property.Name}";
        var summary = Read(type.Assembly).GetValueOrDefault(name)
            ?? throw new InvalidOperationException($"{name} has no doc comment");
        var words = string.Concat(summary.Nodes().Select(node => node switch
        {
            XText part => part.Value,
            XElement { Name.LocalName: "c" } code => markdown ? $"`{code.Value}`" : $"\"{code.Value}\"",
            XElement { Name.LocalName: "see" } see => Quoted(see.Attribute("cref")!.Value, markdown),
            XElement other => other.Value,
            _ => "",
        }));
        return Spaces().Replace(words, " ").Trim();
    }

    private static string Quoted(string cref, bool markdown)
    {
        var name = cref[(cref.LastIndexOf('.') + 1)..];
        return markdown ? $"`{name}`" : name;
    }

    private static Dictionary<string, XElement> Read(Assembly assembly)
    {
        if (!Comments.TryGetValue(assembly, out var comments))
        {
            Comments[assembly] = comments = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
                .Where(static member => member.Element("summary") is not null)
                .ToDictionary(static member => member.Attribute("name")!.Value, static member => member.Element("summary")!, StringComparer.Ordinal);
        }

        return comments;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
