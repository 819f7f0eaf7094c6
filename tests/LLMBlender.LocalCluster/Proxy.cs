using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LLMBlender.LocalCluster;

/// <summary>An nginx before the gateways.</summary>
internal sealed class Proxy(string folder) : IAsyncDisposable
{
    private Child? child;

    public int Port { get; } = Child.FreePort();

    /// <summary>Sends requests to these from now on; what is under way elsewhere is finished there.</summary>
    public async Task PassToAsync(IEnumerable<Server> gateways)
    {
        var servers = string.Concat(gateways.Select(gateway => $"server {gateway.Address} max_fails=0; "));
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            pid {{folder}}/nginx.pid; error_log {{folder}}/nginx.log; worker_processes 1; daemon off;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path {{folder}}/b; proxy_temp_path {{folder}}/p; fastcgi_temp_path {{folder}}/f; uwsgi_temp_path {{folder}}/u; scgi_temp_path {{folder}}/s;
                upstream gateways { least_conn; {{servers}} }
                server {
                    listen 127.0.0.1:{{Port}};
                    location / { proxy_pass http://gateways; proxy_buffering off; proxy_read_timeout 600s; proxy_set_header Host localhost; }
                }
            }
            """);
        if (child is null)
        {
            child = Child.Start("nginx", "nginx", "-c", $"{folder}/nginx.conf", "-e", $"{folder}/nginx.log");
            await WhenListeningAsync();
            return;
        }

        using var reload = Process.Start("nginx", ["-c", $"{folder}/nginx.conf", "-e", $"{folder}/nginx.log", "-s", "reload"]);
        await reload.WaitForExitAsync();
    }

    // On a busy machine that takes seconds, and clients would count them as refusals.
    private async Task WhenListeningAsync()
    {
        for (var i = 0; ; i++)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (i < 600)
            {
                await Task.Delay(100);
            }
        }
    }

    public ValueTask DisposeAsync() => child?.DisposeAsync() ?? ValueTask.CompletedTask;
}
