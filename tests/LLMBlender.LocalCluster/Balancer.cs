using System.Net;
using System.Net.Sockets;

namespace LLMBlender.LocalCluster;

/// <summary>
/// Passes connections to the gateways as a Service of Kubernetes does: new ones go to the gateways of its list in turn, and an open one stays with its gateway, which must end it itself.
/// </summary>
internal sealed class Balancer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private IPEndPoint[] gateways = [];
    private int turn;

    public Balancer()
    {
        listener.Start(512);
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Passes new connections to these from now on.</summary>
    public void PassTo(IEnumerable<Server> servers) => Volatile.Write(ref gateways, [.. servers.Select(static server => IPEndPoint.Parse(server.Address))]);

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = PassAsync(await listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using (client)
        {
            using var gateway = new TcpClient();
            try
            {
                var all = Volatile.Read(ref gateways);
                await gateway.ConnectAsync(all[(int)((uint)Interlocked.Increment(ref turn) % all.Length)]);
                (client.NoDelay, gateway.NoDelay) = (true, true);
                await Task.WhenAll(PumpAsync(client, gateway), PumpAsync(gateway, client));
            }
            catch (Exception e) when (e is SocketException or IOException or IndexOutOfRangeException)
            {
                return;
            }
        }
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to)
    {
        await from.GetStream().CopyToAsync(to.GetStream());
        to.Client.Shutdown(SocketShutdown.Send);
    }
}
