using System.Diagnostics;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary>The scripts in the shells themselves, where they are installed, with this build as the program.</summary>
public sealed class CompletionVerbTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("llmblender bl", 1, "blend")]
    [InlineData("llmblender blend --pa", 2, "--panel")]
    [InlineData("llmblender completion z", 2, "zsh")]
    public async Task Bash_Line_IsCompleted(string line, int word, string expected)
    {
        var script = await ScriptAsync("bash");

        var output = await ShellAsync("bash", $"""
            llmblender() {'{'} dotnet '{Program()}' "$@"; {'}'}
            source '{script}'
            COMP_WORDS=({line}) COMP_CWORD={word} COMP_LINE='{line}' COMP_POINT={line.Length}
            _llmblender
            printf '%s\n' "${'{'}COMPREPLY[@]{'}'}"
            """);

        Assert.Contains(expected, output.Split('\n'));
    }

    [Theory]
    [InlineData("bash", "-n")]
    [InlineData("zsh", "-n")]
    [InlineData("fish", "--no-execute")]
    public async Task Script_OfAShell_IsValid(string shell, string check)
    {
        var script = await ScriptAsync(shell);
        Assert.SkipUnless(Exists(shell), $"{shell} is not installed");

        using var process = Process.Start(new ProcessStartInfo(shell, [check, script]) { RedirectStandardError = true })!;
        var problems = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (process.ExitCode, problems));
    }

    [Fact]
    public async Task Script_OfAnUnknownShell_IsRefusedWithTheKnown()
    {
        var outcome = await CommandLine.RunAsync("completion", "cmd");

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("'powershell'", outcome.Error, StringComparison.Ordinal);
    }

    private async Task<string> ScriptAsync(string shell)
    {
        var outcome = await CommandLine.RunAsync("completion", shell);
        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        return folder.Write($"completion.{shell}", outcome.Out);
    }

    private static string Program() => Path.Combine(AppContext.BaseDirectory, "llmblender.dll");

    private static bool Exists(string shell) => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(path => File.Exists(Path.Combine(path, shell)));

    private static async Task<string> ShellAsync(string shell, string script)
    {
        using var process = Process.Start(new ProcessStartInfo(shell, ["-c", script]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }
}
