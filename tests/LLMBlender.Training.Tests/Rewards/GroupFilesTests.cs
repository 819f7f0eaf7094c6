using System.Text.Json.Nodes;
using LLMBlender.TestKit;
using LLMBlender.Training.Data;
using LLMBlender.Training.Rewards.Data;

namespace LLMBlender.Training.Tests.Rewards;

public sealed class GroupFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_GroupsThatShareTexts_WritesEachTextOnce()
    {
        string path = Path.Combine(folder.Path, "groups");
        using (var files = new GroupFiles(path))
        {
            files.Write(AnswerGroup.BestFirst("pairs", [7, 8], [[1, 2, 3], [4]], 0.9f));
            files.Write(new ScoredSet("sets", [7, 8], [[4], []], [5, 2.5], Scale: 1), [4, 3]);
        }

        byte[] tokens = File.ReadAllBytes(Path.Combine(path, "tokens.bin"));
        byte[] lengths = File.ReadAllBytes(Path.Combine(path, "lengths.bin"));
        JsonNode[] groups = [.. File.ReadLines(Path.Combine(path, "groups.jsonl")).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal([7, 8, 1, 2, 3, 4], Enumerable.Range(0, tokens.Length / 2).Select(i => (int)BitConverter.ToUInt16(tokens, 2 * i)));
        Assert.Equal([2, 3, 1, 0], Enumerable.Range(0, lengths.Length / 4).Select(i => BitConverter.ToInt32(lengths, 4 * i)));
        Assert.Equal("[[0,1,0.9,1]]", groups[0]["preferences"]!.ToJsonString());
        Assert.Equal("[2,3]", groups[1]["answers"]!.ToJsonString());
        Assert.Equal("[5,2.5]", groups[1]["scores"]!.ToJsonString());
        Assert.Equal("[4,3]", groups[1]["model_scores"]!.ToJsonString());
        Assert.Equal(0, (int)groups[1]["source"]!);
    }

    [Fact]
    public void Write_ATokenAboveSixteenBits_NamesIt()
    {
        using var files = new GroupFiles(folder.Path);

        var error = Assert.Throws<DataException>(() => files.Write(AnswerGroup.BestFirst("pairs", [70_000], [[1], [2]], 0.9f)));

        Assert.Contains("token 70000", error.Message, StringComparison.Ordinal);
    }
}
