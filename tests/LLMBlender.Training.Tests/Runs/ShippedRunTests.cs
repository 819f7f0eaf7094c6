using LLMBlender.TestKit;
using LLMBlender.Training.Fusion.Runs;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Tests.Runs;

public sealed class ShippedRunTests
{
    // A field that was renamed is refused by Load.
    [Theory]
    [InlineData("pairranker-mini-first.json", "pairranker")]
    [InlineData("pairranker-mini-second.json", "pairranker")]
    [InlineData("pairranker-mini.json", "pairranker")]
    [InlineData("summareranker-mini.json", "summareranker")]
    [InlineData("simcls-mini.json", "simcls")]
    [InlineData("mlm-mini.json", "mlm")]
    public void Load_RunOfARanker_IsOfItsShape(string file, string shape) =>
        Assert.Equal(shape, RankerRunConfig.Load(Repository.File("src", "LLMBlender.Training", file)).Shape);

    [Fact]
    public void Load_RunOfTheFuser_HasPhases() =>
        Assert.NotEmpty(FuserRunConfig.Load(Repository.File("src", "LLMBlender.Training", "genfuser-mini.json")).Phases);
}
