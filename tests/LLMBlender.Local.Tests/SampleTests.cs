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

    [Fact]
    public async Task Agent_Run_AnswersWithTheBlendAndStreamsIt()
    {
        var program = Repository.Built(Repository.File("samples", "Agent"), "Agent.dll");

        var outcome = await Outcome.OfAsync(new ProcessStartInfo("dotnet", [program]), TimeSpan.FromMinutes(2));

        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.All(outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), static line => Assert.StartsWith("Air molecules scatter", line, StringComparison.Ordinal));
    }

    // Compiles the file and what it refers to, as its user does.
    [Fact]
    public async Task RankFile_Run_RanksInTenLines()
    {
        var start = new ProcessStartInfo("dotnet", ["run", Repository.File("samples", "rank.cs"), Repository.File("models", "reward-minilm")]) { WorkingDirectory = Repository.Root };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";

        var outcome = await Outcome.OfAsync(start, TimeSpan.FromMinutes(10));

        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
        Assert.Equal(["Two and two make four.", "Bananas are yellow."], outcome.Output.Trim().Split('\n').Select(static line => line[(line.IndexOf('.', StringComparison.Ordinal) + 3)..].Trim()));
    }
}
