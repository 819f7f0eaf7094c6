using System.Collections.Concurrent;
using System.Diagnostics;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>The built program itself, serving.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly TaskCompletionSource<string> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> log = new();
    private readonly ConcurrentQueue<string> output = new();

    private ServeProcess(string role, Process process) => (Role, this.process) = (role, process);

    public string Role { get; }

    public Process Process => process;

    /// <summary>Where it serves HTTP; once it is ready.</summary>
    public Uri Url { get; private set; } = new("http://nowhere.invalid");

    /// <summary>Its address in the cluster; once it is ready.</summary>
    public string Silo { get; private set; } = "";

    /// <summary>The lines of its log.</summary>
    public IReadOnlyCollection<string> Log => log;

    /// <summary>The lines that it printed besides.</summary>
    public IReadOnlyCollection<string> Output => output;

    /// <summary>Starts it; <see cref="WhenReadyAsync"/> waits for it.</summary>
    public static ServeProcess Start(string role, params string[] more) => Start(role, new Dictionary<string, string>(), more);

    /// <summary>Starts it with some variables in its environment.</summary>
    public static ServeProcess Start(string role, IReadOnlyDictionary<string, string> variables, params string[] more) => Start(role, variables, [], more);

    /// <summary>Starts it with a limit of file descriptors.</summary>
    public static ServeProcess StartWithDescriptors(string role, int descriptors) => StartUnder(["prlimit", $"--nofile={descriptors}:{descriptors}"], role);

    /// <summary>Starts it by another program, whose last arguments are the program and its own.</summary>
    public static ServeProcess StartUnder(string[] other, string role, params string[] more) => Start(role, new Dictionary<string, string>(), other, more);

    /// <summary>Starts another build of the program.</summary>
    public static ServeProcess StartFrom(string folder, string role, params string[] more) => Start(role, new Dictionary<string, string>(), [], more, folder);

    private static ServeProcess Start(string role, IReadOnlyDictionary<string, string> variables, string[] under, string[] more, string? folder = null)
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        string[] args = [Path.Combine(folder ?? AppContext.BaseDirectory, "llmblender.dll"), "serve", "--role", role, "--urls", "http://127.0.0.1:0", .. more];
        if (under is [var other, .. var its])
        {
            (host, args) = (other, [.. its, host, .. args]);
        }

        var start = new ProcessStartInfo(host, args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };

        // A test's processes share a small machine: no core of it is to be lost to a garbage collector's or a compiler's spare threads.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";

        // The models that happen to run on this machine must not answer.
        start.Environment["LLMBlender__Discover"] = "false";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var serve = new ServeProcess(role, new Process { StartInfo = start, EnableRaisingEvents = true });
        serve.process.OutputDataReceived += (_, line) => serve.Said(line.Data);
        serve.process.ErrorDataReceived += (_, line) => serve.Logged(line.Data);
        serve.process.Exited += (_, _) => serve.ready.TrySetException(new InvalidOperationException("it ended"));
        serve.process.Start();
        serve.process.BeginOutputReadLine();
        serve.process.BeginErrorReadLine();
        return serve;
    }

    /// <summary>Waits for its line.</summary>
    public async Task WhenReadyAsync()
    {
        try
        {
            var line = await ready.Task.WaitAsync(Until.Patience);
            Url = new Uri(line.Split(' ')[1]);
            Silo = line[(line.IndexOf("silo=S", StringComparison.Ordinal) + "silo=".Length)..].Trim();
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            Assert.Fail($"{Role} printed no line \"ready …\" ({e.Message}); its log:\n{string.Join('\n', log)}");
        }
    }

    /// <summary>Ends it at once.</summary>
    public async Task KillAsync()
    {
        Signals.SendKill(process);
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async Task<int> TerminateAsync()
    {
        Signals.SendTerminate(process);
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            Signals.SendContinue(process);
            await KillAsync();
        }

        process.Dispose();
    }

    private void Said(string? line)
    {
        output.Enqueue(line ?? "");
        if (line?.StartsWith("ready ", StringComparison.Ordinal) == true)
        {
            ready.TrySetResult(line);
        }
    }

    private void Logged(string? line)
    {
        if (line is not null)
        {
            log.Enqueue(line);
        }
    }
}
