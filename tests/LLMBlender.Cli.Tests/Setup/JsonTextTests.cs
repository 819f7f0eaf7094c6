using System.Text.Json;
using LLMBlender.Cli.Setup;

namespace LLMBlender.Cli.Tests.Setup;

public sealed class JsonTextTests
{
    private const string Commented = """
        // first
        {
          "a": 1, // one
          /* many
             lines, with a comma */
          "list": [ "x" , "y", // why
            { "deep": [ ] , }, ],
          "b" : { } /* last */ , // end
          // rest
        }
        // after
        """;

    [Theory]
    [InlineData(Commented)]
    [InlineData("{}")]
    [InlineData(" [ 1,2 , {\"a\" :null} ] ")]
    [InlineData("{\"a\": \"/*, no comment*/ // \\\" ü\"}")]
    public void Text_Unchanged_IsTheSame(string text) => Assert.Equal(text, JsonText.Parse(text).ToString());

    [Theory]
    [InlineData("{")]
    [InlineData("{\"a\": }")]
    [InlineData("{} {}")]
    public void Parse_NoJson_Fails(string text) => Assert.ThrowsAny<JsonException>(() => JsonText.Parse(text));

    [Fact]
    public void Set_FieldsAndItems_KeepsEverythingElse()
    {
        var text = JsonText.Parse(Commented);
        var root = text.Items[0];

        root.Set("A", Of("[true, null]"));
        root.Set("new", Of("\"ü\""));
        var list = root.Find("list")!;
        list.Arrange([list.Items[2], list.Items[0], Of("3")]);
        root.Remove("b");

        Assert.Equal(
            """
            // first
            {
              "a": [true, null], // one
              /* many
                 lines, with a comma */
              "list": [
                { "deep": [ ] , }, "x" ,
                3,
              ],
              "new": "ü",
              // rest
            }
            // after
            """,
            text.ToString());
    }

    [Fact]
    public void Arrange_CommentBeforeTheEnd_EndsWithItsLine()
    {
        var text = JsonText.Parse("[1, // one\n 2]");
        var list = text.Items[0];

        list.Arrange([list.Items[0]]);

        Assert.Equal("[1 // one\n]", text.ToString());
        Assert.Single(JsonText.Parse(text.ToString()).Items[0].Items);
    }

    [Fact]
    public void Set_NewObjects_AreIndented()
    {
        var text = JsonText.Parse("{\n}\n");

        text.Items[0].Set("section", Of("""{"panels": [{"name": "p", "members": ["a", "b"]}], "on": true}"""));

        Assert.Equal(
            """
            {
              "section": {
                "panels": [
                  {
                    "name": "p",
                    "members": ["a", "b"]
                  }
                ],
                "on": true
              }
            }

            """.ReplaceLineEndings("\n"),
            text.ToString());
    }

    private static JsonText Of(string json) => JsonText.Of(JsonDocument.Parse(json).RootElement);
}
