namespace LLMBlender.Cli.Hub;

/// <summary>A request to the hub failed, and a retry may succeed.</summary>
/// <param name="message">What failed.</param>
/// <param name="retryAfter">The delay in <c>Retry-After</c>; null if the header is absent.</param>
/// <param name="inner">The cause.</param>
internal sealed class HubTransientException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The delay in <c>Retry-After</c>; null if the header is absent.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
