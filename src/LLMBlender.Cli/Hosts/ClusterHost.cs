using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Records;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LLMBlender.Cli.Hosts;

/// <summary>Connects to a running cluster.</summary>
internal sealed class ClusterHost : IBlenderHost
{
    // The number of concurrent records that keeps a cluster's accelerators busy.
    private const int ConcurrentRecords = 32;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly IHost host;

    private ClusterHost(IHost host, string title) =>
        (this.host, Blender, Title) = (host, host.Services.GetRequiredService<IBlender>(), title);

    /// <inheritdoc/>
    public IBlender Blender { get; }

    /// <inheritdoc/>
    public string Title { get; }

    /// <summary>Connects to a cluster.</summary>
    /// <param name="address">The cluster's Redis and, after a comma, its id: <c>HOST:PORT[,ID]</c>.</param>
    /// <param name="tlsFolder">The folder of the certificates for TLS; null for a cluster without TLS.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="UsageException">The address is invalid, or no cluster answers there.</exception>
    public static async Task<ClusterHost> ConnectAsync(string address, string? tlsFolder, CancellationToken cancellationToken)
    {
        var (redis, id) = Parse(address);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        try
        {
            builder.AddLLMBlenderClient(client =>
                (client.Redis, client.ClusterId, client.TlsFolder, client.Caller) = (redis, id, tlsFolder, "llmblender"));
        }
        catch (OptionsValidationException e)
        {
            throw new UsageException($"--cluster: {e.Message}", e);
        }

        var host = builder.Build();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ConnectTimeout);
        try
        {
            await host.StartAsync(timeout.Token);
            return new ClusterHost(host, $"cluster {id}");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            host.Dispose();
            throw new UsageException(
                $"--cluster: cluster \"{id}\" does not answer within {ConnectTimeout.TotalSeconds:0} s; one of its processes must be started with --gateway-port, and with TLS --cluster-tls must be given here too", e);
        }
    }

    /// <summary>Splits an address. The last part is the cluster's id if it is neither a setting nor an endpoint.</summary>
    public static (string Redis, string Id) Parse(string address)
    {
        var comma = address.LastIndexOf(',');
        var last = address[(comma + 1)..];
        return comma > 0 && last.Length > 0 && !last.Contains('=', StringComparison.Ordinal) && !last.Contains(':', StringComparison.Ordinal)
            ? (address[..comma], last)
            : (address, LLMBlenderClientOptions.DefaultClusterId);
    }

    /// <inheritdoc/>
    public string? FuserOf(BlendRequest request) => request.Fuser;

    /// <inheritdoc/>
    public async Task RunAsync<TRecord, TResult>(
        IEnumerable<TRecord> records,
        Func<TRecord, long> weight,
        Func<IBlender, TRecord, CancellationToken, Task<TResult>> answer,
        Action<IReadOnlyList<TResult>> answered,
        Action<int> compared,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var begun = Channel.CreateBounded<Task<TResult>>(new BoundedChannelOptions(ConcurrentRecords) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => BeginAsync(begun.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var work in begun.Reader.ReadAllAsync(stop.Token))
            {
                answered([await work]);
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        await reading;

        async Task BeginAsync(ChannelWriter<Task<TResult>> writer, CancellationToken token)
        {
            try
            {
                foreach (var record in records)
                {
                    await writer.WaitToWriteAsync(token);
                    await writer.WriteAsync(answer(Blender, record, token), token);
                }

                writer.Complete();
            }
            catch (Exception e)
            {
                writer.Complete(e);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    }
}
