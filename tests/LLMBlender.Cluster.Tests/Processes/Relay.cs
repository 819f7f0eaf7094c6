using System.Net;
using System.Net.Sockets;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>
/// A port through which others reach a silo, and which can be made to swallow everything: to them the silo is behind a network
/// that has come apart, with connections that stay open and say nothing.
/// </summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource<byte[]> handshake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int target;
    private volatile TaskCompletionSource open = Opened();

    public Relay(int target)
    {
        this.target = target;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>What the first connection sent first: a silo's handshake.</summary>
    public Task<byte[]> Handshake => handshake.Task;

    /// <summary>Swallows everything from now on.</summary>
    public void Cut() => open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets everything through, and first what was swallowed.</summary>
    public void Mend() => open.TrySetResult();

    public void Dispose()
    {
        stop.Cancel();
        Mend();
        listener.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await listener.AcceptTcpClientAsync(stop.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task CarryAsync(TcpClient from)
    {
        using (from)
        using (var to = new TcpClient())
        {
            try
            {
                await to.ConnectAsync(IPAddress.Loopback, target, stop.Token);
                await Task.WhenAny(
                    CarryAsync(from.GetStream(), to.GetStream(), first => handshake.TrySetResult(first.ToArray())), CarryAsync(to.GetStream(), from.GetStream(), static _ => { }));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task CarryAsync(NetworkStream from, NetworkStream to, Action<ReadOnlyMemory<byte>> see)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, stop.Token) is var count and > 0)
            {
                see(buffer.AsMemory(0, count));
                await open.Task.WaitAsync(stop.Token);
                await to.WriteAsync(buffer.AsMemory(0, count), stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            return;
        }
    }
}
