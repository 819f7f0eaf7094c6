namespace LLMBlender.Gateway;

/// <summary>A request that can't be read.</summary>
internal sealed class RequestException(ApiError error, Exception? inner = null) : Exception(error.Message, inner)
{
    /// <summary>What the asker is told.</summary>
    public ApiError Error { get; } = error;
}
