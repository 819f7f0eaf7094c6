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
}
