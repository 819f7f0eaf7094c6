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
    [InlineData("--silo-port")]
    [InlineData("--gateway-port")]
    public async Task Serve_PortOfTheClusterInUse_SaysSoInOneLine(string option)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var outcome = await StartAsync("", "serve", "--urls", "http://127.0.0.1:0", option, $"{port}");

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Equal($"llmblender: can't listen: Address already in use (--urls http://127.0.0.1:0, {option} {port})\n", outcome.Error);
    }

    [Theory]
    [InlineData("llmblender: --silo-port is \"65536\", and must be a port from 1 to 65535\nTry 'llmblender serve --help'.\n", "--silo-port", "65536")]
    [InlineData("llmblender: --gateway-port is \"0\", and must be a port from 1 to 65535\nTry 'llmblender serve --help'.\n", "--gateway-port", "0")]
    [InlineData("llmblender: --gateway-port 45672: is the port for the other processes too, and must be another one\n", "--silo-port", "45672", "--gateway-port", "45672")]
    public async Task Serve_InvalidPorts_SaysSoInOneLine(string error, params string[] args)
    {
        var outcome = await StartAsync("", ["serve", "--urls", "http://127.0.0.1:0", .. args]);

        Assert.Equal((ExitCode.Usage, error), (outcome.Code, outcome.Error));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("models", "list")]
    [InlineData("config", "schema")]
    public async Task Process_OutputOnAFullDisk_SaysSoInOneLine(params string[] args)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's");
        var command = $"dotnet '{typeof(LlmBlender).Assembly.Location}' {string.Join(' ', args)} >/dev/full; echo $? >&2";
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardError = true })!;

        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal($"llmblender: can't read or write: No space left on device\n{ExitCode.Usage}\n", error);
    }

    [Theory]
    [InlineData("rank", "--ranker", "TINY", "--from", "PIPE")]
    [InlineData("tokenize", "--model", "TINY", "--from", "PIPE")]
    [InlineData("compare", "--ranker", "TINY", "--from", "PIPE", "--to", "out.jsonl")]
    public async Task Process_TerminatedWhileItReadsAPipe_Ends(params string[] args)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a named pipe");
        using var folder = new TemporaryFolder();
        var pipe = folder.File("pipe");
        using (var made = Process.Start("mkfifo", pipe))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, WorkingDirectory = folder.Path };
        string[] all = [typeof(LlmBlender).Assembly.Location, .. args.Select(arg => arg == "TINY" ? tiny.Folder : arg == "PIPE" ? pipe : arg)];
        Array.ForEach(all, start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        try
        {
            // The pipe opens when both ends do; then the process handles signals.
            var opening = Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Write), CancellationToken.None);
            await using var writer = await opening.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);

            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

            Assert.Equal(("llmblender: interrupted\n", ExitCode.Interrupted), (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), process.ExitCode));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
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
