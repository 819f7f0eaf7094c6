using System.Net;
using System.Net.Sockets;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>
/// A port to listen on, from below those that the system gives to outgoing connections: one of those could be taken while its
/// server is down, even by a client that means to reach the server.
/// </summary>
internal static class FreePort
{
    private const int First = 10_000;
    private const int Last = 30_000;

    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            using var listener = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = true };
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                continue;
            }
        }
    }
}
