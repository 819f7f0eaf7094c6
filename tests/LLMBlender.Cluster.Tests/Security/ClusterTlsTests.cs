using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using LLMBlender.Abstractions;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Cluster.Tests.Security;

/// <summary>The ports of a cluster's processes and of its clients: who gets in, and with which certificate.</summary>
public sealed class ClusterTlsTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly TestAuthority authority = new("cluster");
    private readonly TestAuthority other = new("other");
    private readonly RedisServer redis = new();
    private readonly int port = FreePort.Next();
    private readonly List<ServeProcess> started = [];

    private string Silos => folder.File("silos");

    public async ValueTask InitializeAsync()
    {
        authority.WriteTo(Silos);
        if (RedisServer.IsInstalled)
        {
            await redis.StartAsync();
        }
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Silos_WithCertificates_MakeAClusterThatOnlyTheirAuthoritysConnectTo()
    {
        var gateway = await StartAsync("gateway,blend", "--gateway-port", $"{port}", "--cluster-tls", Silos);
        await StartAsync("compare", "--cluster-tls", Silos);
        using var client = new RankingClient(gateway.Url);
        Assert.Equal([1, 2], (await client.RankAsync(Question.Short("certificates"))).Ranks.Order().Take(2));

        var silo = int.Parse(gateway.Silo.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        foreach (var at in new[] { silo, port })
        {
            await AssertClosedAsync(at, null);
            await AssertClosedAsync(at, Load(other.Issue()));
            await AssertClosedAsync(at, Load(authority.Issue(DateTimeOffset.UtcNow.AddMinutes(-5))));
            await AssertPlainTextClosedAsync(at);
        }

        // A client cannot be a silo.
        await AssertClosedAsync(silo, Load(authority.Issue(null, TestAuthority.Client)));
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Client_WithACertificateForClients_IsAnswered_AndOthersAreNot()
    {
        await StartAsync("all", "--gateway-port", $"{port}", "--cluster-tls", Silos);

        using var good = await ConnectAsync(authority.WriteTo(folder.File("client"), null, null, TestAuthority.Client), TimeSpan.FromSeconds(30));
        Assert.NotEmpty(await good.Services.GetRequiredService<IBlender>().GetPanelsAsync());
        await Assert.ThrowsAsync<TimeoutException>(() => ConnectAsync(null, TimeSpan.FromSeconds(1)));
        await Assert.ThrowsAsync<TimeoutException>(() => ConnectAsync(other.WriteTo(folder.File("foreign"), [authority]), TimeSpan.FromSeconds(1)));

        // It does not trust the silo.
        await Assert.ThrowsAsync<TimeoutException>(() => ConnectAsync(Mistrusting(), TimeSpan.FromSeconds(1)));
        await good.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task ChangedFiles_OfAnotherAuthority_ApplyWithoutARestart()
    {
        var gateway = await StartAsync("all", "--gateway-port", $"{port}", "--cluster-tls", Silos);
        var successor = other.WriteTo(folder.File("successor"), [authority]);
        await Assert.ThrowsAsync<TimeoutException>(() => ConnectAsync(successor, TimeSpan.FromSeconds(1)));

        // First both authorities are trusted, then certificates are replaced.
        authority.WriteTo(Silos, [other]);
        using var before = await ConnectAsync(successor, TimeSpan.FromSeconds(30));
        Assert.NotEmpty(await before.Services.GetRequiredService<IBlender>().GetPanelsAsync());

        other.WriteTo(Silos);
        using var after = await ConnectAsync(other.WriteTo(folder.File("only")), TimeSpan.FromSeconds(30));
        Assert.NotEmpty(await after.Services.GetRequiredService<IBlender>().GetPanelsAsync());

        // A half of a pair is not used.
        await File.WriteAllTextAsync(Path.Combine(Silos, "tls.key"), "half", TestContext.Current.CancellationToken);
        using var still = await ConnectAsync(folder.File("only"), TimeSpan.FromSeconds(30));
        await Until.IsSoAsync(
            async () =>
            {
                // Files are looked at when a connection is made.
                await AssertClosedAsync(port, null);
                return gateway.Log.Any(static line => line.Contains("are not used, the former ones stay", StringComparison.Ordinal) && line.Contains("tls.key", StringComparison.Ordinal));
            },
            "the log names the file");
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task ClientCall_OfOrleansOwnGrainsOrWithoutACaller_IsRefused()
    {
        var gateway = await StartAsync("all", "--gateway-port", $"{port}");
        using var named = await ConnectAsync(null, TimeSpan.FromSeconds(30));
        var grains = named.Services.GetRequiredService<IGrainFactory>();

        var managed = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => grains.GetGrain<IManagementGrain>(0).GetHosts());
        Assert.Equal("IManagementGrain.GetHosts is not for clients of the cluster", managed.Message);
        Assert.Contains(gateway.Log, static line => line.Contains("the client \"tests\" called IManagementGrain.GetHosts", StringComparison.Ordinal));

        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client.UseRedisClustering(redis.Address).Configure<Orleans.Configuration.ClusterOptions>(static cluster => (cluster.ClusterId, cluster.ServiceId) = ("tls", "tls")));
        using var unnamed = builder.Build();
        await unnamed.StartAsync(TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => unnamed.Services.GetRequiredService<IGrainFactory>().GetGrain<IBlendGrain>("1~0").PanelsAsync());
        Assert.StartsWith("a client's calls must carry its name", refused.Message, StringComparison.Ordinal);
        await unnamed.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Process_WithoutGatewayPort_ListensOnHttpAndOneLoopbackPort()
    {
        var process = await StartAsync("all");

        var silo = int.Parse(process.Silo.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            new[] { new IPEndPoint(IPAddress.Loopback, silo), new IPEndPoint(IPAddress.Loopback, process.Url.Port) }.Select(static end => $"{end}").Order(),
            Listeners.Of(process.Process.Id).Select(static end => $"{end}").Order());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in started)
        {
            await process.DisposeAsync();
        }

        await redis.DisposeAsync();
        authority.Dispose();
        other.Dispose();
        folder.Dispose();
    }

    private string Mistrusting()
    {
        var files = authority.WriteTo(folder.File("mistrusting"));
        File.WriteAllText(Path.Combine(files, "ca.crt"), other.Pem);
        return files;
    }

    private static X509Certificate2 Load((string Certificate, string Key) pem) => X509Certificate2.CreateFromPem(pem.Certificate, pem.Key);

    // With TLS 1.3 a server refuses a certificate after the client's part of the handshake is done, so that the next read tells.
    private static async Task AssertClosedAsync(int port, X509Certificate2? certificate)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(tcp.GetStream(), false, static (_, server, _, _) => server!.Issuer is "CN=cluster" or "CN=other");
        Assert.True(await IsClosedAsync(async () =>
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                ClientCertificates = certificate is null ? null : [certificate],
                ApplicationProtocols = [new SslApplicationProtocol("Orleans1")],
                TargetHost = "cluster",
            });
            return await tls.ReadAsync(new byte[1], TestContext.Current.CancellationToken);
        }));
    }

    private static async Task AssertPlainTextClosedAsync(int port)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await tcp.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.True(await IsClosedAsync(() => tcp.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask()));
    }

    private static async Task<bool> IsClosedAsync(Func<Task<int>> read)
    {
        try
        {
            return await read().WaitAsync(Until.Patience) == 0;
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            return true;
        }
    }

    private async Task<IHost> ConnectAsync(string? certificates, TimeSpan patience)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddLLMBlenderClient(client =>
            (client.Redis, client.ClusterId, client.TlsFolder, client.ConnectTimeout, client.Caller) = (redis.Address, "tls", certificates, patience, "tests"));
        var host = builder.Build();
        try
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private async Task<ServeProcess> StartAsync(string role, params string[] more)
    {
        var process = ServeProcess.Start(role, ["--redis", redis.Address, "--cluster-id", "tls", .. more]);
        started.Add(process);
        await process.WhenReadyAsync();
        return process;
    }
}
