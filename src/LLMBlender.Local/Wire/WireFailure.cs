using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Authentication;
using LLMBlender.Abstractions;
using LLMBlender.Local.Settings;
using Polly.CircuitBreaker;

namespace LLMBlender.Local.Wire;

/// <summary>Converts the failures of a call to a <see cref="BackendException"/> without the key.</summary>
/// <param name="key">The key; null for none.</param>
/// <param name="timeProvider">Converts a Retry-After date to a delay.</param>
internal sealed class WireFailure(Secret? key, TimeProvider timeProvider)
{
    /// <summary>The longest Retry-After that is believed. A longer one is a mistake, or would take the backend out for good.</summary>
    public static readonly TimeSpan MaxRetryAfter = TimeSpan.FromMinutes(1);

    private const int MaxErrorBytes = 64 * 1024;

    /// <summary>Reads the error of a response.</summary>
    public async Task<BackendException> CreateAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var wait = RetryAfter(response.Headers);
        if (status is >= 300 and < 400)
        {
            return new BackendException(
                BlendFailureReason.Faulted, $"it answered {status.ToString(CultureInfo.InvariantCulture)}, a redirect, and redirects are not followed");
        }

        var error = UpstreamError.Create(status, await ReadAsync(response, cancellationToken));
        return new BackendException(error.Reason, Scrub(error.Message)) { Status = error.Status, Code = error.Code, RetryAfter = wait };
    }

    /// <summary>Returns the exception as a failure; null if it is a cancellation.</summary>
    public BackendException? Create(Exception e) => e switch
    {
        BackendException known => new BackendException(known.Reason, Scrub(known.Message), known.InnerException)
        {
            Status = known.Status,
            Code = known.Code is { } code ? Scrub(code) : null,
            RetryAfter = known.RetryAfter,
            IsRejectedLocally = known.IsRejectedLocally,
        },
        BrokenCircuitException => new BackendException(BlendFailureReason.Unreachable, "its circuit breaker is open after repeated failures") { IsRejectedLocally = true },
        HttpRequestException { InnerException: AuthenticationException inner } => Unreachable($"its certificate is not trusted: {inner.Message}", e),
        HttpRequestException request => Unreachable(Describe(request), e),
        IOException => Unreachable($"the connection was closed before the answer was complete: {e.Message}", e),
        _ => null,
    };

    private BackendException Unreachable(string message, Exception inner) => new(BlendFailureReason.Unreachable, Scrub(message), inner);

    private static string Describe(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => $"its host name is not known: {e.Message}",
        HttpRequestError.ConnectionError => $"no connection: {e.Message}",
        HttpRequestError.ResponseEnded => "the connection was closed before the answer was complete",
        _ => e.InnerException is IOException ? "the connection was closed before there was an answer" : e.Message,
    };

    private TimeSpan? RetryAfter(HttpResponseHeaders headers)
    {
        var wait = headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - timeProvider.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > MaxRetryAfter ? MaxRetryAfter : wait;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxErrorBytes];
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(buffer, MaxErrorBytes, throwOnEndOfStream: false, cancellationToken);
        return buffer[..length];
    }

    private string Scrub(string text) => key?.Scrub(text) ?? text;
}
