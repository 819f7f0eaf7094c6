using LLMBlender.Cli.Hosts;

namespace LLMBlender.Cli.Tests.Hosts;

public sealed class ClusterHostTests
{
    [Theory]
    [InlineData("redis:6379", "redis:6379", "llmblender")]
    [InlineData("redis:6379,staging", "redis:6379", "staging")]
    [InlineData("redis:6379,password=x", "redis:6379,password=x", "llmblender")]
    [InlineData("a:6379,b:6379,password=x,staging", "a:6379,b:6379,password=x", "staging")]
    public void Parse_Address_TakesTheLastPartAsTheId(string address, string redis, string id) =>
        Assert.Equal((redis, id), ClusterHost.Parse(address));

    [Fact]
    public async Task Compare_ClusterOfNoAddress_IsRefusedByName()
    {
        var outcome = await CommandLine.RunAsync("compare", "--from", "-", "--cluster", ",");

        Assert.Equal((ExitCode.Usage, ""), (outcome.Code, outcome.Out));
        Assert.Contains("--cluster: Redis is not a Redis address, and must be HOST:PORT", outcome.Error, StringComparison.Ordinal);
    }
}
