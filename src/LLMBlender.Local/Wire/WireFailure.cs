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
    private const int MaxServerMessage = 500;
    private const int MaxName = 200;

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
        return Clean(error, wait);
    }

    /// <summary>Returns the exception as a failure; null if it is a cancellation.</summary>
    public BackendException? Create(Exception e) => e switch
    {
        BackendException known => Clean(known, known.RetryAfter),
        BrokenCircuitException => new BackendException(BlendFailureReason.Unreachable, "its circuit breaker is open after repeated failures") { IsRejectedLocally = true },
        HttpRequestException { InnerException: AuthenticationException inner } => Unreachable($"its certificate is not trusted: {inner.Message}", e),
        HttpRequestException request => Unreachable(Describe(request), e),
        IOException => Unreachable($"the connection was closed before the answer was complete: {e.Message}", e),
        _ => null,
    };

    /// <summary>Returns a name that the server gives, such as a model's, as one line without the key; null for none.</summary>
    public string? Clean(string? name) => string.IsNullOrEmpty(name) ? null : PlainText.OneLine(Scrub(name), MaxName);

    // The key is struck out before the text is cut.
    private BackendException Clean(BackendException e, TimeSpan? wait) => new(e.Reason, Scrub(e.Message), e.InnerException)
    {
        Status = e.Status,
        Code = e.Code is { } code ? Scrub(code) : null,
        ServerMessage = e.ServerMessage is { } written ? PlainText.OneLine(Scrub(written), MaxServerMessage) : null,
        RetryAfter = wait,
        IsRejectedLocally = e.IsRejectedLocally,
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
        // Azure OpenAI and OpenAI's clients know a finer header.
        if (headers.TryGetValues("retry-after-ms", out var values) && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds is >= 0 and < int.MaxValue)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

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
