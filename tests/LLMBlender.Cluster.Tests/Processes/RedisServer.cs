using System.Diagnostics;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;
using StackExchange.Redis;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>A real redis-server on a port of its own, which can be killed, frozen and started again.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    // Of Orleans' SiloStatus.
    private const int Dead = 6;

    private readonly TemporaryFolder folder = new();
    private Process? process;

    /// <summary>Why a test that needs one was skipped.</summary>
    public const string SkipReason = "needs redis-server on the PATH";

    /// <summary>Whether redis-server is installed.</summary>
    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "redis-server")));

    public int Port { get; } = FreePort.Next();

    public string Address => $"127.0.0.1:{Port}";

    public Process Process => process!;

    /// <summary>Starts it, or starts it again with what it had written down, and waits until it answers.</summary>
    public async Task StartAsync(params string[] more)
    {
        string[] args =
        [
            "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", folder.Path, "--appendonly", "yes", "--appendfsync", "always", "--save", "", .. more,
        ];
        process = Process.Start(new ProcessStartInfo("redis-server", args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Until.IsSoAsync(AnswersAsync, "redis-server answers");
    }

    /// <summary>Ends it at once.</summary>
    public async Task KillAsync()
    {
        Signals.SendKill(Process);
        await Process.WaitForExitAsync();
    }

    /// <summary>Runs commands on it.</summary>
    public async Task<T> UseAsync<T>(Func<IDatabase, IServer, Task<T>> use)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"{Address},allowAdmin=true");
        return await use(connection.GetDatabase(), connection.GetServer(Address));
    }

    /// <summary>The keys of cached comparisons.</summary>
    public Task<RedisKey[]> CachedKeysAsync() => UseAsync(async (_, server) =>
    {
        var keys = new List<RedisKey>();
        await foreach (var key in server.KeysAsync(pattern: "llmblender:cmp:*"))
        {
            keys.Add(key);
        }

        return keys.ToArray();
    });

    /// <summary>The silos that the others have put out of the cluster.</summary>
    public Task<string[]> DeadSilosAsync() => UseAsync(async (database, server) =>
    {
        var dead = new List<string>();
        await foreach (var key in server.KeysAsync(pattern: "*/members/*"))
        {
            foreach (var row in await database.HashGetAllAsync(key))
            {
                if (row.Name != "Version" && JsonNode.Parse((string)row.Value!)!["Status"]!.GetValue<int>() == Dead)
                {
                    dead.Add((string)row.Name!);
                }
            }
        }

        return dead.ToArray();
    });

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            Signals.SendContinue(process);
            await KillAsync();
        }

        process?.Dispose();
        folder.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(Process.HasExited, $"redis-server ended with {(Process.HasExited ? Process.ExitCode : 0)}");
        try
        {
            return await UseAsync(async (database, _) => await database.PingAsync() > TimeSpan.Zero);
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
