using System.Text.Json;
using LLMBlender.Core.Fusion;
using LLMBlender.TestKit;

namespace LLMBlender.Core.Tests.Fusion;

public sealed class FusionTemplateTests
{
    [Fact]
    public void Compose_RecordedCalls_GivesTheReferencesSources()
    {
        foreach (var set in T5Fixture.FuserSets())
        {
            var expected = set!["tokenizers"]!["t5"]!;
            for (var i = 0; i < set["inputs"]!.AsArray().Count; i++)
            {
                Assert.Equal(
                    expected["fuse_inputs"]![i]!.GetValue<string>(),
                    FusionTemplate.Compose(
                        set["instructions"]?[i]!.GetValue<string>() ?? "",
                        set["inputs"]![i]!.GetValue<string>(),
                        expected["candidates_after_truncation"]![i].Deserialize<string[]>()!));
            }
        }
    }

    [Fact]
    public void Compose_NoInput_IsAnEmptyOne() =>
        Assert.Equal(FusionTemplate.Compose("Say.", "", ["a"]), FusionTemplate.Compose("Say.", null, ["a"]));
}
