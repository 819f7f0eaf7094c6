using System.Text.Json.Nodes;
using LLMBlender.TestKit;
using LLMBlender.Training.Fusion.Data;

namespace LLMBlender.Training.Tests.Fusion.Data;

public sealed class FuserSourceTests
{
    [Fact]
    public void Of_TwoCandidates_IsThePublishedTemplate() => Assert.Equal(
        "Instruction: Say hello.</s>Input: to Ann</s>Candidate 0: <extra_id_0>:Hello Ann!</s>Candidate 1: <extra_id_1>:Hi</s>"
        + "Summarize candidates into a better one for the given instruction:",
        FuserSource.Of("Say hello.", "to Ann", ["Hello Ann!", "Hi"]));

    [Fact]
    public void Of_TheReferencesCases_IsItsText()
    {
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        JsonNode cases = JsonNode.Parse(File.ReadAllText(SharedFolder.File("parity", "t5-tiny", "cases", "fuser.json")))!;
        JsonNode set = cases["sets"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "s_short")!;
        JsonNode t5 = set["tokenizers"]!["t5"]!;
        int count = set["instructions"]!.AsArray().Count;
        Assert.True(count > 0);
        for (int i = 0; i < count; i++)
        {
            string[] candidates = [.. t5["candidates_after_truncation"]![i]!.AsArray().Select(text => text!.GetValue<string>())];
            string made = FuserSource.Of(set["instructions"]![i]!.GetValue<string>(), set["inputs"]![i]!.GetValue<string>(), candidates);
            Assert.Equal(t5["fuse_inputs"]![i]!.GetValue<string>(), made);
        }
    }
}
