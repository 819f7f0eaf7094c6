namespace LLMBlender.Cli.Hub;

/// <summary>A request to the hub that failed and may succeed when made again.</summary>
/// <param name="message">What failed.</param>
/// <param name="retryAfter">How long the hub asks to wait; null where it doesn't say.</param>
/// <param name="inner">The cause.</param>
internal sealed class HubTransientException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the hub asks to wait.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
