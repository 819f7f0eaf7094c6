using System.Diagnostics;
using LLMBlender.TestKit;

namespace LLMBlender.Local.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task Embedded_Run_RanksAndAnswersWithTheBest()
    {
        // Built for the same configuration as this test, in a folder of its own.
        var output = Path.GetRelativePath(Repository.File("tests", "LLMBlender.Local.Tests"), AppContext.BaseDirectory);
        var program = Path.Combine(Repository.File("samples", "Embedded"), output, "Embedded.dll");
        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;

        var text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["good", "poor"], lines[..2].Select(static line => line.Split(' ')[^1]));
        Assert.StartsWith("Air molecules scatter", lines[^1], StringComparison.Ordinal);
    }
}
