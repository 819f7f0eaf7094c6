using System.Collections.Concurrent;
using System.Diagnostics;
using LLMBlender.Cluster.Tests.Processes;

namespace LLMBlender.Deploy.Tests.Processes;

/// <summary>The built program, started as an orchestrator would.</summary>
internal sealed class PodProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly TaskCompletionSource<string> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> log = new();
    private readonly HttpClient http = new() { Timeout = Until.Patience };

    private PodProcess(string name, Process process) => (Name, this.process) = (name, process);

    public string Name { get; }

    /// <summary>Its number.</summary>
    public int Id => process.Id;

    /// <summary>Its log so far.</summary>
    public string Log => string.Join('\n', log);

    /// <summary>Its line "ready …"; once it is ready.</summary>
    public string Line { get; private set; } = "";

    /// <summary>Where it serves HTTP; once it is ready.</summary>
    public Uri Url { get; private set; } = new("http://nowhere.invalid");

    /// <summary>Starts the program as it was built here, with nothing of this process's own environment but where .NET is.</summary>
    public static PodProcess Start(string name, string[] args, IReadOnlyDictionary<string, string> environment)
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        return Start(name, host, [Path.Combine(AppContext.BaseDirectory, "llmblender.dll"), .. args], environment);
    }

    /// <summary>Starts it in some way of its own.</summary>
    public static PodProcess Start(string name, string program, string[] args, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, args)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var inherited in start.Environment.Keys.Where(key => key is not ("PATH" or "HOME" or "DOTNET_ROOT")).ToList())
        {
            start.Environment.Remove(inherited);
        }

        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[variable] = value;
        }

        var pod = new PodProcess(name, new Process { StartInfo = start, EnableRaisingEvents = true });
        pod.process.OutputDataReceived += (_, line) => pod.Said(line.Data);
        pod.process.ErrorDataReceived += (_, line) => pod.Logged(line.Data);
        pod.process.Exited += (_, _) => pod.ready.TrySetException(new InvalidOperationException("it ended"));
        pod.process.Start();
        pod.process.BeginOutputReadLine();
        pod.process.BeginErrorReadLine();
        return pod;
    }

    /// <summary>Waits for its line.</summary>
    public async Task WhenReadyAsync()
    {
        try
        {
            Line = await ready.Task.WaitAsync(Until.Patience);
            Url = new Uri(Line.Split(' ')[1]);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            Assert.Fail($"{Name} printed no line \"ready …\" ({e.Message}); its log:\n{Log}");
        }
    }

    /// <summary>Waits until a path answers with 200.</summary>
    public Task WhenWellAsync(string path) => Until.IsSoAsync(
        async () =>
        {
            using var response = await http.GetAsync(new Uri(Url, path));
            return response.IsSuccessStatusCode;
        },
        $"{Name} answers {path} with 200");

    /// <summary>Asks it.</summary>
    public async Task<(int Status, string Body)> AskAsync(HttpMethod method, string path, string? key = null, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Url, path));
        if (key is not null)
        {
            request.Headers.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", key);
        }

        request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        return process.ExitCode;
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public Task<int> TerminateAsync()
    {
        Signals.SendTerminate(process);
        return EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            Signals.SendKill(process);
            await process.WaitForExitAsync();
        }

        process.Dispose();
        http.Dispose();
    }

    private void Said(string? line)
    {
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
