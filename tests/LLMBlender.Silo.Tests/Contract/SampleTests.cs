using System.Diagnostics;

namespace LLMBlender.Silo.Tests.Contract;

public sealed class SampleTests
{
    [Fact]
    public async Task Embedded_Run_RanksAndAnswersWithTheBest()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Embedded.dll")]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;

        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["good", "poor"], lines[..2].Select(static line => line.Split(' ')[^1]));
        Assert.StartsWith("Air molecules scatter", lines[^1], StringComparison.Ordinal);
    }
}
