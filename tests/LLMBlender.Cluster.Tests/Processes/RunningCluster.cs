using System.Collections.Concurrent;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>
/// A cluster of processes that meet in a real Redis, the first of them a gateway. Started once for many tests, which go through
/// <see cref="UseAsync"/>: each leaves it whole, and after one that failed the next gets a new one.
/// </summary>
/// <param name="roles">Each process's roles.</param>
/// <param name="config">Their configuration file.</param>
public abstract class RunningCluster(string[] roles, string config) : IAsyncLifetime
{
    private const int LastLines = 12;

    private readonly ServeProcess[] processes = new ServeProcess[roles.Length];
    private readonly ConcurrentBag<ServeProcess> former = [];
    private readonly TemporaryFolder folder = new();
    private bool isWhole;

    internal string Id { get; private set; } = "";

    internal RedisServer Redis { get; private set; } = new();

    internal ServeProcess Gateway => processes[0];

    /// <summary>Processes with exactly these roles.</summary>
    internal IReadOnlyList<ServeProcess> With(string role) => [.. processes.Where(process => process.Role == role)];

    /// <summary>Every line that any process of the cluster has logged so far.</summary>
    internal IEnumerable<string> Log => former.Concat(processes).SelectMany(process => process.Log);

    public ValueTask InitializeAsync()
    {
        folder.Write("serve.json", config);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs a test. A failing one says what the processes logged last, and takes the cluster with it.</summary>
    internal async Task UseAsync(Func<Task> test)
    {
        if (!isWhole)
        {
            await EndAsync();
            await StartAsync();
        }

        isWhole = false;
        try
        {
            await HealAsync();
            await test();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\n{Tail()}", e);
        }

        isWhole = true;
    }

    /// <summary>Starts another process instead of each that has ended.</summary>
    internal async Task HealAsync()
    {
        for (var i = 0; i < processes.Length; i++)
        {
            if (processes[i].Process.HasExited)
            {
                former.Add(processes[i]);
                processes[i] = Start(roles[i]);
            }
        }

        await WhenWholeAsync();
    }

    /// <summary>Starts one more process, which the caller ends.</summary>
    internal async Task<ServeProcess> StartMoreAsync(string role, params string[] more)
    {
        var process = ServeProcess.Start(role, ["--redis", Redis.Address, "--cluster-id", Id, "--config", folder.File("serve.json"), .. more]);
        former.Add(process);
        await process.WhenReadyAsync();
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task StartAsync()
    {
        Id = $"test-{Guid.NewGuid():N}";
        Redis = new RedisServer();
        await Redis.StartAsync();
        for (var i = 0; i < processes.Length; i++)
        {
            processes[i] = Start(roles[i]);
        }

        await WhenWholeAsync();
    }

    private async Task EndAsync()
    {
        foreach (var process in former.Concat(processes).Where(process => process is not null))
        {
            await process.DisposeAsync();
        }

        former.Clear();
        await Redis.DisposeAsync();
    }

    private string Tail() => string.Join('\n', processes.Select(process =>
        $"{process.Role} {process.Silo}{(process.Process.HasExited ? ", ended" : "")}:\n"
        + string.Join('\n', process.Log.TakeLast(LastLines).Select(line => "  " + line))));

    private ServeProcess Start(string role) =>
        ServeProcess.Start(role, "--redis", Redis.Address, "--cluster-id", Id, "--config", folder.File("serve.json"), "--gateway-port", $"{FreePort.Next()}");

    private async Task WhenWholeAsync()
    {
        foreach (var process in processes)
        {
            await process.WhenReadyAsync();
        }

        using var http = new HttpClient { BaseAddress = Gateway.Url };
        await Until.IsSoAsync(
            async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, "the gateway is ready");
    }
}

/// <summary>A gateway, two silos that blend, two that compare.</summary>
public sealed class SplitCluster() : RunningCluster(
    [Gate, Blend, Blend, Compare, Compare], """{"LLMBlender":{"Fusers":["select","genfuser-mini"]}}""")
{
    internal const string Gate = "gateway";
    internal const string Blend = "blend,fuse";
    internal const string Compare = "compare";
}

/// <summary>Two processes that remember next to nothing themselves, so that every comparison is looked for in Redis.</summary>
public sealed class ForgetfulCluster() : RunningCluster(
    ["gateway,blend,fuse", "compare"], """{"LLMBlender":{"Cache":{"MemoryEntries":1}}}""");
