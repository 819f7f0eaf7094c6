using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway.Callers;

/// <summary>
/// The gateway's door. Where callers are configured, a request needs one's key; where none are, it must come from this machine
/// and be meant for it, so that no page in a browser and no name that merely points here can spend the owner's money.
/// </summary>
internal sealed class CallerGate(
    GatewaySettings settings, TimeProvider clock, CallerMetrics metrics, ILogger<CallerGate> logger, ISharedCounter? shared = null)
{
    private const string BasicChallenge = "Basic realm=\"LLMBlender\", charset=\"UTF-8\"";

    private readonly Dictionary<string, Caller> callers =
        settings.Callers.ToDictionary(
            caller => caller.KeySha256.ToLowerInvariant(),
            caller => new Caller(caller, new SpendLedger(caller.Name, shared, clock, logger), clock),
            StringComparer.Ordinal);

    /// <summary>Lets a request through, or answers it with what is wrong.</summary>
    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (!IsApi(context.Request.Path))
        {
            await next(context);
            return;
        }

        var error = Foreign(context) ?? (callers.Count > 0 ? await KnownAsync(context) : Near(context));
        if (error is null)
        {
            await next(context);
            return;
        }

        metrics.Refused(error);
        await error.WriteAsync(context);
    }

    private static bool IsApi(PathString path) =>
        path.StartsWithSegments("/v1") || path.StartsWithSegments("/v2") || path.StartsWithSegments("/rerank") || IsDashboard(path);

    private static bool IsDashboard(PathString path) => path.StartsWithSegments(GatewayExtensions.DashboardPath);

    // Browsers name the page that a request comes from; other clients don't.
    private ApiError? Foreign(HttpContext context) =>
        context.Request.Headers.Origin is { Count: > 0 } origin
        && !settings.AllowedOrigins.Contains(origin.ToString(), StringComparer.OrdinalIgnoreCase)
        && (!Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var page) || !string.Equals(page.Authority, context.Request.Host.Value, StringComparison.OrdinalIgnoreCase))
            ? ApiError.Forbidden("requests of other sites' pages are not taken")
            : null;

    private async ValueTask<ApiError?> KnownAsync(HttpContext context)
    {
        // The dashboard is for browsers, which ask for a name and a password: the key is the password. It asks often, and free of charge.
        var isDashboard = IsDashboard(context.Request.Path);
        var key = Key(context.Request) ?? (isDashboard ? Password(context.Request) : null);
        if (key is null)
        {
            context.Response.Headers.WWWAuthenticate = isDashboard ? BasicChallenge : "Bearer";
            return ApiError.Unauthorized("a key is needed: Authorization: Bearer KEY");
        }

        if (!callers.TryGetValue(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), out var caller))
        {
            context.Response.Headers.WWWAuthenticate = isDashboard ? BasicChallenge : "Bearer";
            return ApiError.Unauthorized("the key is not known");
        }

        if (!isDashboard && await caller.EnterAsync() is { } error)
        {
            return error;
        }

        context.Features.Set(caller);
        return null;
    }

    private ApiError? Near(HttpContext context)
    {
        if (settings.AllowAnonymous)
        {
            return null;
        }

        var isHere = context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
        var host = context.Request.Host.Host.Trim('[', ']');
        var isMeant = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var named) && IPAddress.IsLoopback(named));
        return isHere && isMeant
            ? null
            : ApiError.Unauthorized("without configured callers only requests from this machine to its loopback address are taken: configure Gateway:Callers, or set Gateway:AllowAnonymous");
    }

    private static string? Password(HttpRequest request)
    {
        const string Scheme = "Basic ";
        var header = request.Headers.Authorization.ToString();
        var bytes = new byte[header.Length];
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    private static string? Key(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return header[Scheme.Length..].Trim();
        }

        var own = request.Headers["x-api-key"].ToString();
        return own.Length > 0 ? own : null;
    }
}
