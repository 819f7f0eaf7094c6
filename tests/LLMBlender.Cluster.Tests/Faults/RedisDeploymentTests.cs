using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Faults;

/// <summary>Real deployments of Redis other than a single open server: two processes form a cluster over it, and rank.</summary>
public sealed class RedisDeploymentTests : IAsyncDisposable
{
    private static readonly Question[] Questions = [.. Enumerable.Range(0, 8).Select(i => Question.Short($"tool {i}"))];

    private readonly TemporaryFolder folder = new();
    private readonly List<RedisServer> servers = [];
    private readonly List<ServeProcess> processes = [];

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Rank_OverARedisCluster_IsAnsweredAndCachedOnAllNodes()
    {
        await using var redis = new RedisCluster();
        await redis.StartAsync();
        await AssertRanksAsync(redis.Address);

        foreach (var server in redis.Servers)
        {
            await Until.IsSoAsync(async () => (await server.CachedKeysAsync()).Length > 0, $"{server.Address} stores comparisons");
        }

        // A node that fails for good takes a third of the cache with it, and no answer.
        await redis.Servers.Last().KillAsync();
        await AssertAnswersAsync();
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Rank_OverARedisClusterWhosePrimaryFails_IsAnsweredAndTakesNewMembers()
    {
        await using var redis = new RedisCluster();
        await redis.StartAsync(replicas: 1);
        await AssertRanksAsync(redis.Address);

        // The node that holds the membership table.
        var failed = await redis.FailPrimaryAsync("deployment/members/deployment");
        await AssertAnswersAsync();

        processes.Add(ServeProcess.Start("compare", "--redis", redis.Address, "--cluster-id", "deployment"));
        await processes[^1].WhenReadyAsync();
        await processes[1].KillAsync();
        await AssertAnswersAsync();

        await redis.RejoinAsync(failed);
        await AssertAnswersAsync();
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Rank_OverSentinels_IsAnsweredBeforeAndAfterAFailover()
    {
        var primary = await StartRedisAsync();
        var replica = await StartRedisAsync("--replicaof", "127.0.0.1", $"{primary.Port}");
        var port = FreePort.Next();
        folder.Write("sentinel.conf", $"""
            port {port}
            dir {folder.Path}
            sentinel monitor primary 127.0.0.1 {primary.Port} 1
            sentinel down-after-milliseconds primary 1000
            sentinel failover-timeout primary 5000

            """);
        using var sentinel = Process.Start(new ProcessStartInfo("redis-server", [folder.File("sentinel.conf"), "--sentinel"]) { RedirectStandardOutput = true })!;
        try
        {
            sentinel.BeginOutputReadLine();
            await Until.IsSoAsync(
                async () => (await OutputAsync("redis-cli", ["-p", $"{port}", "sentinel", "replicas", "primary"])).Output.Contains($"{replica.Port}", StringComparison.Ordinal),
                "the sentinel knows the replica");
            await AssertRanksAsync($"127.0.0.1:{port},serviceName=primary");

            await primary.KillAsync();
            await AssertAnswersAsync();
        }
        finally
        {
            Signals.SendKill(sentinel);
        }
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Rank_OverTlsWithAUserOfLimitedRights_IsAnsweredAndCached()
    {
        WriteCertificates();
        var port = FreePort.Next();
        var server = await StartRedisAsync(
            "--tls-port", $"{port}", "--tls-cert-file", folder.File("server.pem"), "--tls-key-file", folder.File("server.key"),
            "--tls-ca-cert-file", folder.File("ca.pem"), "--tls-auth-clients", "no",
            "--user", "llmblender", "on", ">secret", "~deployment/*", "~llmblender:*", "&*", "+@all", "-@admin", "-@dangerous", "+client", "+info");

        await AssertRanksAsync($"localhost:{port},ssl=true,sslHost=localhost,user=llmblender,password=secret");

        await Until.IsSoAsync(async () => (await server.CachedKeysAsync()).Length > 0, "comparisons are stored");
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Serve_StartedBeforeItsRedis_ServesOnceItComes()
    {
        await using var server = new RedisServer();
        await using var process = ServeProcess.Start("all", "--redis", server.Address, "--redis-wait", "110");
        await Until.IsSoAsync(() => process.Log.Any(line => line.Contains("no Redis answers yet; waiting for it for 110 s", StringComparison.Ordinal)), "it says that it waits");

        await server.StartAsync();

        await process.WhenReadyAsync();
        using var client = new RankingClient(process.Url);
        await client.RankAsync(Question.Short("a late Redis"));
    }

    [Fact]
    public async Task Serve_WithoutItsRedis_EndsAfterTheWait()
    {
        await using var process = ServeProcess.Start("gateway", "--redis", $"127.0.0.1:{FreePort.Next()}", "--redis-wait", "0");
        await process.Process.WaitForExitAsync().WaitAsync(Until.Patience);

        Assert.Equal(2, process.Process.ExitCode);
        await Until.IsSoAsync(() => process.Log.Any(line => line.Contains("--redis: no Redis answers there", StringComparison.Ordinal)), "the error is named");
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Serve_WrongPassword_SaysSo()
    {
        var server = await StartRedisAsync("--user", "llmblender", "on", ">secret", "~*", "&*", "+@all");
        await server.UseAsync(async (_, admin) =>
        {
            await admin.ConfigSetAsync("requirepass", "other");
            return true;
        });

        await using var process = ServeProcess.Start("gateway", "--redis", $"{server.Address},user=llmblender,password=wrong");
        await process.Process.WaitForExitAsync().WaitAsync(Until.Patience);

        Assert.Contains(process.Log, line => line.Contains("Redis refuses the user or password", StringComparison.Ordinal));
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Serve_RowThatIsNoMember_IsRemovedByNameAndKeepsNoSiloOut()
    {
        var server = await StartRedisAsync();
        await AssertRanksAsync(server.Address);
        await server.UseAsync(async (database, _) => await database.HashSetAsync("deployment/members/deployment", "stranger", "not JSON"));

        await Until.IsSoAsync(
            () => processes.Any(process => process.Log.Any(line => line.Contains("the row stranger of", StringComparison.Ordinal))), "the row is named in a log");
        processes.Add(ServeProcess.Start("compare", "--redis", server.Address, "--cluster-id", "deployment"));
        await processes[^1].WhenReadyAsync();
        await AssertAnswersAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        folder.Dispose();
    }

    private async Task<RedisServer> StartRedisAsync(params string[] more)
    {
        var server = new RedisServer();
        servers.Add(server);
        await server.StartAsync(more);
        return server;
    }

    private async Task AssertRanksAsync(string redis)
    {
        var variables = File.Exists(folder.File("ca.pem")) ? new Dictionary<string, string> { ["SSL_CERT_FILE"] = folder.File("ca.pem") } : [];
        foreach (var role in (string[])["gateway,blend,fuse", "compare"])
        {
            processes.Add(ServeProcess.Start(role, variables, "--redis", redis, "--cluster-id", "deployment"));
        }

        foreach (var process in processes)
        {
            await process.WhenReadyAsync();
        }

        await AssertAnswersAsync();
    }

    private async Task AssertAnswersAsync()
    {
        using var client = new RankingClient(processes[0].Url);
        var first = await client.RankAllAsync(Questions);
        var second = await client.RankAllAsync(Questions);
        Assert.All(first.Zip(second), pair => Ranking.AssertSame(pair.First, pair.Second, "asked again"));
    }

    private void WriteCertificates()
    {
        var start = DateTimeOffset.UnixEpoch.AddYears(50);
        using var authorityKey = RSA.Create(2048);
        var authorityRequest = new CertificateRequest("CN=test authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var authority = authorityRequest.CreateSelfSigned(start, start.AddYears(100));
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, start, start.AddYears(50), [1, 2, 3, 4]);
        folder.Write("ca.pem", authority.ExportCertificatePem());
        folder.Write("server.pem", certificate.ExportCertificatePem());
        folder.Write("server.key", key.ExportPkcs8PrivateKeyPem());
    }

    private static async Task<(int Code, string Output)> OutputAsync(string program, string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
