using System.Net;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway.Authentication;

/// <summary>Recognises requests of this machine to its loopback address.</summary>
internal static class LocalRequest
{
    // What proxies add: behind one, every client of the proxy would be this machine.
    private static readonly string[] ProxyHeaders = ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host", "X-Forwarded-Proto"];

    /// <summary>Why a request is not one of this machine; null if it is.</summary>
    public static string? Problem(HttpContext context)
    {
        if (Array.Exists(ProxyHeaders, context.Request.Headers.ContainsKey))
        {
            return "without configured callers no request through a proxy is taken";
        }

        var isLocal = context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
        var host = HostName(context.Request);
        var isLoopback = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var named) && IPAddress.IsLoopback(named));
        return isLocal && isLoopback ? null : "without configured callers only requests from this machine to its loopback address are taken";
    }

    /// <summary>The name or address that the request is for.</summary>
    public static string HostName(HttpRequest request) => request.Host.Host.Trim('[', ']');
}
