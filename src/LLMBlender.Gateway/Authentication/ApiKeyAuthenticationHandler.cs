using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using LLMBlender.Gateway.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LLMBlender.Gateway.Authentication;

/// <summary>
/// Authenticates requests by API key. Without configured callers, only requests from this machine to its loopback address are
/// accepted. Cross-site requests of browsers are rejected in both cases, so that another site's page can't spend the owner's
/// budget.
/// </summary>
internal sealed class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    IOptions<GatewayOptions> gateway,
    CallerRegistry callers,
    KeyGuesses guesses,
    CallerMetrics metrics) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "ApiKey";

    private const string BearerChallenge = "Bearer";
    private const string BasicChallenge = "Basic realm=\"LLMBlender\", charset=\"UTF-8\"";

    private ApiError? error;
    private bool isUnknown;

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var name = "local";
        error = CheckOrigin() ?? (callers.IsEmpty ? CheckLoopback() : CheckKey(out name));
        return Task.FromResult(error is null
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], SchemeName)), SchemeName))
            : AuthenticateResult.Fail(error.Message));
    }

    /// <inheritdoc/>
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await HandleAuthenticateOnceSafeAsync();
        var answer = error ?? ApiError.Unauthorized("a key is needed: Authorization: Bearer KEY");
        if (isUnknown && await guesses.CountAsync(Context.Connection.RemoteIpAddress, Context.RequestAborted))
        {
            answer = ApiError.Limited("rate_limit_exceeded", "too many requests have keys that are not known", KeyGuesses.Wait);
        }

        if (answer.Status == StatusCodes.Status401Unauthorized && !callers.IsEmpty)
        {
            Response.Headers.WWWAuthenticate = GatewayExtensions.IsDashboard(Request) ? BasicChallenge : BearerChallenge;
        }

        metrics.Refused(answer);
        await answer.WriteAsync(Context);
    }

    // Browsers send the page's origin; other clients don't send the header.
    private ApiError? CheckOrigin() =>
        Request.Headers.Origin is { Count: > 0 } origin
        && !gateway.Value.Allows(origin.ToString())
        && (!Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var page) || !string.Equals(page.Authority, Request.Host.Value, StringComparison.OrdinalIgnoreCase))
            ? ApiError.Forbidden("requests of other sites' pages are not taken")
            : null;

    private ApiError? CheckKey(out string name)
    {
        name = "";

        // Browsers, which display the dashboard, prompt for a name and a password: the key is the password.
        if (ReadKey() is not { } key)
        {
            return ApiError.Unauthorized("a key is needed: Authorization: Bearer KEY");
        }

        if (callers.Find(key) is not { } caller)
        {
            isUnknown = true;
            return ApiError.Unauthorized("the key is not known");
        }

        name = caller.Name;
        Context.Features.Set(caller);
        return null;
    }

    private ApiError? CheckLoopback()
    {
        if (gateway.Value.AllowAnonymous)
        {
            return CheckHost();
        }

        return LocalRequest.Problem(Context) is { } problem
            ? ApiError.Unauthorized($"{problem}: configure Gateway:Callers, or set Gateway:AllowAnonymous")
            : null;
    }

    // A page whose name was made to resolve to this machine has that name as host: an address, a name without a dot and a configured one can't be its.
    private ApiError? CheckHost()
    {
        var isBrowser = Request.Headers.Origin.Count > 0 || Request.Headers.ContainsKey("Sec-Fetch-Site");
        var host = LocalRequest.HostName(Request);
        return !isBrowser || IPAddress.TryParse(host, out _) || !host.Contains('.', StringComparison.Ordinal) || gateway.Value.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase)
            ? null
            : ApiError.Forbidden($"pages of the host \"{host}\" are not served: add it to Gateway:AllowedHosts");
    }

    private string? ReadKey()
    {
        const string Bearer = "Bearer ";
        var header = Request.Headers.Authorization.ToString();
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return header[Bearer.Length..].Trim();
        }

        var own = Request.Headers["x-api-key"].ToString();
        return own.Length > 0 ? own : GatewayExtensions.IsDashboard(Request) ? ReadPassword(header) : null;
    }

    private static string? ReadPassword(string header)
    {
        const string Basic = "Basic ";
        var bytes = new byte[header.Length];
        if (!header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64String(header[Basic.Length..].Trim(), bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }
}
