using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LLMBlender.LocalCluster;

/// <summary>A process of the run.</summary>
internal sealed partial class Child : IAsyncDisposable
{
    private const int Terminate = 15;
    private readonly Process process;
    private readonly ConcurrentQueue<string> log = new();
    private readonly TaskCompletionSource<string> first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Child(string name, Process process) => (Name, this.process) = (name, process);

    public string Name { get; }

    public bool HasExited => process.HasExited;

    /// <summary>Its last lines.</summary>
    public string Log => string.Join('\n', log.TakeLast(20));

    /// <summary>Its first line on standard output.</summary>
    public Task<string> FirstLine => first.Task;

    /// <summary>The most memory that it had at a time, in MB; 0 once it has ended.</summary>
    public double PeakMemory { get; private set; }

    /// <summary>Starts it.</summary>
    public static Child Start(string name, string program, params string[] args) => Start(name, [], program, args);

    /// <inheritdoc cref="Start(string, string, string[])"/>
    public static Child Start(string name, IEnumerable<(string Variable, string Value)> environment, string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        var child = new Child(name, new Process { StartInfo = start, EnableRaisingEvents = true });
        child.process.OutputDataReceived += (_, line) => child.Said(line.Data, isOutput: true);
        child.process.ErrorDataReceived += (_, line) => child.Said(line.Data, isOutput: false);
        child.process.Exited += (_, _) => child.first.TrySetException(new InvalidOperationException($"{name} ended:\n{child.Log}"));
        child.process.Start();
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        return child;
    }

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Ends its standard input.</summary>
    public void CloseInput() => process.StandardInput.Close();

    /// <summary>Looks at its memory.</summary>
    public void Weigh()
    {
        try
        {
            var line = File.ReadLines($"/proc/{process.Id}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            PeakMemory = line is null ? PeakMemory : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            // It has ended.
        }
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task WhenDoneAsync()
    {
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Name} ended with {process.ExitCode}:\n{Log}");
        }
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async Task<int> EndAsync()
    {
        if (!process.HasExited)
        {
            Weigh();
            _ = SendSignal(process.Id, Terminate);
            await process.WaitForExitAsync();
        }

        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync().WaitAsync(TimeSpan.FromMinutes(2)).ContinueWith(static _ => { }, TaskScheduler.Default);
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private void Said(string? line, bool isOutput)
    {
        if (line is null)
        {
            return;
        }

        log.Enqueue(line);
        if (isOutput)
        {
            first.TrySetResult(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);
}
