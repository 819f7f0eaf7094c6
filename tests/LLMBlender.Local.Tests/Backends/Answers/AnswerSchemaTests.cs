using System.Text.Json;
using LLMBlender.Local.Backends.Answers;

namespace LLMBlender.Local.Tests.Backends.Answers;

public sealed class AnswerSchemaTests
{
    [Theory]
    [InlineData("""{"type":"object"}""", """{}""", null)]
    [InlineData("""{"type":"object"}""", """[]""", "$ must be of type object")]
    [InlineData("""{"type":["string","null"]}""", """null""", null)]
    [InlineData("""{"type":"integer"}""", """1.5""", "$ must be of type integer")]
    [InlineData("""{"type":"integer"}""", """2.0""", null)]
    [InlineData("""{"enum":["a","b"]}""", "\"c\"", "$ must be one of the values listed")]
    [InlineData("""{"const":1}""", """2""", "$ must equal the schema's const")]
    [InlineData("""{"minimum":1,"maximum":2}""", """3""", "$ must be from minimum to maximum")]
    [InlineData("""{"required":["a"]}""", """{"b":1}""", "$ must have a")]
    [InlineData("""{"properties":{"a":{"type":"string"}},"additionalProperties":false}""", """{"a":"x","b":1}""", "$.b is not allowed")]
    [InlineData("""{"properties":{"a":{"type":"array","items":{"type":"string"}}}}""", """{"a":["x",1]}""", "$.a[1] must be of type string")]
    [InlineData("""{"items":{},"minItems":2}""", """[1]""", "$ must have from minItems to maxItems items")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", """1""", "$ fits none of the schema's choices")]
    [InlineData("""{"allOf":[{"type":"number"},{"minimum":3}]}""", """1""", "$ must be from minimum to maximum")]
    [InlineData("""{"$defs":{"n":{"properties":{"next":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}]}},"required":["next"]}},"$ref":"#/$defs/n"}""", """{"next":{"next":null}}""", null)]
    [InlineData("""{"$defs":{"n":{"type":"object","required":["next"]}},"properties":{"x":{"$ref":"#/$defs/n"}}}""", """{"x":{}}""", "$.x must have next")]
    [InlineData("""{"$ref":"http://elsewhere.example/schema"}""", """{}""", "$ can't be checked: the schema has no http://elsewhere.example/schema")]
    [InlineData("""{"$ref":"#"}""", """{}""", "$ can't be checked: the schema refers to itself too often")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}""", """{}""", "$ fits none of the schema's choices")]
    public void Fault_Value_NamesTheRuleThatItBreaks(string schema, string value, string? fault)
    {
        using var rules = JsonDocument.Parse(schema);
        using var answer = JsonDocument.Parse(value);

        Assert.Equal(fault, new AnswerSchema(rules.RootElement).Fault(answer.RootElement));
    }

    [Theory]
    [InlineData("""{"enum":[1.0,"1",true,null,[1,2],{"a":1}]}""", "1")]
    [InlineData("""{"enum":[1,"1",true,null,[1,2],{"a":1}]}""", "1.00")]
    [InlineData("""{"enum":[1,"1",true,null,[1,2],{"a":1}]}""", "\"1\"")]
    [InlineData("""{"enum":[1,"1",true,null,[1,2],{"a":1}]}""", "null")]
    [InlineData("""{"enum":[1,"1",true,null,[1,2],{"a":1}]}""", "[1,2.0]")]
    [InlineData("""{"enum":[1,"1",true,null,[1,2],{"a":1,"b":2}]}""", "{\"b\":2,\"a\":1}")]
    public void Fault_ListedValue_IsAccepted(string schema, string value)
    {
        using var rules = JsonDocument.Parse(schema);
        using var answer = JsonDocument.Parse(value);

        Assert.Null(new AnswerSchema(rules.RootElement).Fault(answer.RootElement));
    }

    // Each took minutes when work was counted by rules alone.
    [Theory]
    [InlineData("enum", null)]
    [InlineData("required", "$[3] can't be checked: the schema needs too many steps")]
    [InlineData("properties", null)]
    [InlineData("keywords", null)]
    [InlineData("equal objects", "$[0] must be one of the values listed")]
    [InlineData("long names", null)]
    public void Fault_LargeSchemaAndAnswer_TakesBoundedWork(string kind, string? fault)
    {
        var (schema, value) = kind switch
        {
            "enum" => ("{\"items\":{\"enum\":[" + Listed(i => $"{i + 1}") + ",0]}}", Items("0")),
            "required" => ("{\"items\":{\"required\":[" + Listed(_ => "\"a\"") + "]}}", Items("{\"a\":0}")),
            "properties" => ("{\"items\":{\"properties\":{" + Listed(i => $"\"p{i}\":true") + "}}}", Items("{\"p299999\":0}")),
            "keywords" => ("{\"items\":{" + Listed(i => $"\"k{i}\":0") + "}}", Items("0")),
            "equal objects" => ("{\"items\":{\"enum\":[" + Listed(_ => "{\"a\":{\"b\":[1,2,3,4,5,6]}}") + "]}}", Items("{\"a\":{\"b\":[1,2,3,4,5,7]}}")),
            _ => ("{\"additionalProperties\":{\"items\":{\"type\":\"integer\"}}}", "{\"" + new string('n', 2_000_000) + "\":[" + Listed(_ => "0") + "]}"),
        };
        using var rules = JsonDocument.Parse(schema);
        using var answer = JsonDocument.Parse(value);

        Assert.Equal(fault, new AnswerSchema(rules.RootElement).Fault(answer.RootElement));
    }

    private static string Listed(Func<int, string> entry) => string.Join(',', Enumerable.Range(0, 300_000).Select(entry));

    private static string Items(string item) => $"[{string.Join(',', Enumerable.Repeat(item, 5000))}]";
}
