using System.Diagnostics;
using LLMBlender.TestKit;

namespace LLMBlender.Local.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task Embedded_Run_RanksAndAnswersWithTheBest()
    {
        var program = Repository.Built(Repository.File("samples", "Embedded"), "Embedded.dll");

        var outcome = await Outcome.OfAsync(new ProcessStartInfo("dotnet", [program]), TimeSpan.FromMinutes(2));

        Assert.True(outcome.Code == 0, outcome.Error);
        var lines = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["good", "poor"], lines[..2].Select(static line => line.Split(' ')[^1]));
        Assert.StartsWith("Air molecules scatter", lines[^1], StringComparison.Ordinal);
    }
}
