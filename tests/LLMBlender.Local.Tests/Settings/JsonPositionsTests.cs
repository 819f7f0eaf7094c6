using System.Text;
using LLMBlender.Local.Settings;

namespace LLMBlender.Local.Tests.Settings;

public sealed class JsonPositionsTests
{
    private const string Json = """
        {
          // a comment
          "LLMBlender": {
            "Panels": [
              { "Name": "ä", "Member": ["a"] },
              { "Name": "b",
                "Deadline": "soon" }
            ],
          }
        }
        """;

    [Theory]
    [InlineData("LLMBlender", 3, 3)]
    [InlineData("llmblender:panels", 4, 5)]
    [InlineData("LLMBlender:Panels:0", 5, 7)]
    [InlineData("LLMBlender:Panels:0:Member", 5, 22)]
    [InlineData("LLMBlender:Panels:0:Member:0", 5, 33)]
    [InlineData("LLMBlender:Panels:1:Deadline", 7, 9)]
    [InlineData("LLMBlender:Panels:1:Missing", 6, 7)]
    public void Find_Path_IsItsLineAndColumnOrItsParents(string path, int line, int column) =>
        Assert.Equal((line, column), JsonPositions.Of(Encoding.UTF8.GetBytes(Json)).Find(path));

    [Fact]
    public void Find_UnknownPath_IsNull() => Assert.Null(JsonPositions.Of("{}"u8).Find("Other"));

    [Fact]
    public void Of_BrokenJson_KnowsThePartBefore() => Assert.Equal((1, 2), JsonPositions.Of("""{"a": 1, "b" }"""u8).Find("a"));
}
