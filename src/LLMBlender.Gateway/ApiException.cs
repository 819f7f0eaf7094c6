namespace LLMBlender.Gateway;

/// <summary>Ends a request with an error.</summary>
internal sealed class ApiException(ApiError error, Exception? inner = null) : Exception(error.Message, inner)
{
    /// <summary>The error that the client receives.</summary>
    public ApiError Error { get; } = error;
}
