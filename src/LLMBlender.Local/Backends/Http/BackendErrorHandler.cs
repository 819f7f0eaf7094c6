using System.Globalization;
using System.Net;
using System.Security.Authentication;
using LLMBlender.Abstractions;
using LLMBlender.Local.Settings;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace LLMBlender.Local.Backends.Http;

/// <summary>
/// The outermost handler, outside retries and circuit breaker: converts their failures to a <see cref="BackendException"/> with a
/// reason, without the key.
/// </summary>
/// <param name="key">The backend's key; null for none.</param>
/// <param name="timeProvider">Converts a Retry-After date to a delay.</param>
public sealed class BackendErrorHandler(Secret? key, TimeProvider timeProvider) : DelegatingHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && ToBackendException(e) is { } known)
        {
            throw known;
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw ToBackendException(response, ErrorText.Of(await response.Content.ReadAsByteArrayAsync(cancellationToken)));
        }
    }

    private BackendException ToBackendException(HttpResponseMessage response, string error)
    {
        var status = (int)response.StatusCode;
        var reason = response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => BlendFailureReason.Overloaded,
            HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => BlendFailureReason.TimedOut,
            _ => status is >= 400 and < 500 ? BlendFailureReason.Refused : BlendFailureReason.Faulted,
        };
        var message = status is >= 300 and < 400
            ? $"it answered {status.ToString(CultureInfo.InvariantCulture)}, a redirect, and redirects are not followed"
            : $"it answered {status.ToString(CultureInfo.InvariantCulture)}: {error}";
        return new BackendException(reason, Scrub(message)) { RetryAfter = RetryAfter.Of(response, timeProvider) };
    }

    private BackendException? ToBackendException(Exception e) => e switch
    {
        BackendException known => new BackendException(known.Reason, Scrub(known.Message)) { RetryAfter = known.RetryAfter },
        BrokenCircuitException => new BackendException(
            BlendFailureReason.Unreachable, "its circuit breaker is open after repeated failures")
        {
            IsRejectedLocally = true,
        },
        TimeoutRejectedException late => new BackendException(
            BlendFailureReason.TimedOut, $"no answer within {late.Timeout.TotalSeconds:0.###} s in any attempt"),
        HttpRequestException { InnerException: AuthenticationException inner } => new BackendException(
            BlendFailureReason.Unreachable, $"its certificate is not trusted: {Scrub(inner.Message)}"),
        HttpRequestException request => new BackendException(BlendFailureReason.Unreachable, Scrub(Describe(request))),
        IOException io => new BackendException(BlendFailureReason.Unreachable, Scrub($"the connection was closed: {io.Message}")),
        _ => null,
    };

    private static string Describe(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => $"its host name can't be resolved: {e.Message}",
        HttpRequestError.ConnectionError => $"no connection: {e.Message}",
        HttpRequestError.ResponseEnded => "the connection was closed before the answer was complete",
        _ => e.InnerException is IOException ? "the connection was closed before there was an answer" : e.Message,
    };

    private string Scrub(string text) => key?.Scrub(text) ?? text;
}
