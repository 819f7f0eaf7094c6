namespace LLMBlender.Gateway;

/// <summary>Ends a request with an error.</summary>
internal sealed class ApiException(ApiError error, Exception? inner = null) : Exception(error.Message, inner)
{
    /// <summary>What the client gets.</summary>
    public ApiError Error { get; } = error;
}
