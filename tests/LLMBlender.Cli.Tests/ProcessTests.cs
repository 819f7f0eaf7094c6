using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LLMBlender.Cli.Panels;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests;

/// <summary>The built program itself, started as a shell would.</summary>
public sealed class ProcessTests(TinyModel tiny)
{
    [Fact]
    public async Task Process_PipedRecords_AnswersOnStandardOutputAndFailsWithOne()
    {
        const string Records = """
            {"id": "ü🍁", "instruction": "Say.", "candidates": [{"text": "a"}, {"text": "bb"}]}
            {"id": "bad"}

            """;

        var outcome = await StartAsync(Records, "rank", "--from", "-", "--ranker", tiny.Folder);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Equal(["ü🍁", "bad"], outcome.Records.Select(record => record["id"]!.GetValue<string>()));
        Assert.Equal("llmblender: stdin:2: \"instruction\" is missing, and must be a string (record \"bad\")\n", outcome.Error);
        Assert.Equal((await CommandLine.RunAsync(Records, ["rank", "--from", "-", "--ranker", tiny.Folder])).Out, outcome.Out);
    }

    [Theory]
    [InlineData(ExitCode.Usage, "rank")]
    [InlineData(ExitCode.Usage, "blend", "Unheard of.")]
    [InlineData(ExitCode.Model, "rank", "--from", "-", "--ranker", "nowhere")]
    [InlineData(ExitCode.Done, "--version")]
    [InlineData(ExitCode.Usage, "serve", "--urls", "127.0.0.1:9999")]
    public async Task Process_ExitCode_IsTheContracts(int code, params string[] args) =>
        Assert.Equal(code, (await StartAsync("", args)).Code);

    [Fact]
    public async Task Serve_PortInUse_SaysSoInOneLine()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var outcome = await StartAsync("", "serve", "--urls", $"http://{taken.LocalEndpoint}");

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Equal($"llmblender: can't listen: Failed to bind to address http://{taken.LocalEndpoint}: address already in use.\n", outcome.Error);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("rank", "--from", "-", "--ranker", "TINY")]
    public async Task Process_ReaderClosesOutput_EndsWithoutAWord(params string[] args)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a shell's pipe");
        const string Record = """{"id": 1, "instruction": "Say.", "candidates": [{"text": "a"}, {"text": "bb"}]}""";
        var program = typeof(LlmBlender).Assembly.Location;
        var arguments = string.Join(' ', args.Select(arg => arg == "TINY" ? $"'{tiny.Folder}'" : arg));

        // Descriptor 3 is a pipe whose reader has ended.
        var command = $"exec 3> >(true); wait $!; echo '{Record}' | dotnet '{program}' {arguments} >&3; echo $? >&2";
        var start = new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal($"{ExitCode.OutputClosed}\n", error);
    }

    private static async Task<Outcome> StartAsync(string input, params string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            StandardErrorEncoding = System.Text.Encoding.UTF8,
        };
        start.Environment[OwnPanels.DiscoverVariable] = "false";
        start.ArgumentList.Add(typeof(LlmBlender).Assembly.Location);
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        using var process = Process.Start(start)!;
        var stdout = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var stderr = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input; what counts is how.
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Outcome(process.ExitCode, await stdout, await stderr);
    }
}
