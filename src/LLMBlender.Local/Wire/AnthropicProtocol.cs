using System.Net.Http.Headers;

namespace LLMBlender.Local.Wire;

/// <summary>Anthropic's messages API.</summary>
internal sealed class AnthropicProtocol(WireSettings settings) : IWireProtocol
{
    private const string Version = "2023-06-01";

    /// <inheritdoc/>
    public Uri Endpoint { get; } = settings.Url.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal)
        ? WireUrl.Append(settings.Url, "messages")
        : WireUrl.Append(settings.Url, "v1/messages");

    /// <inheritdoc/>
    public void AddHeaders(HttpRequestHeaders headers, WireRequest request)
    {
        headers.TryAddWithoutValidation("anthropic-version", settings.ApiVersion ?? Version);
        if (settings.Key is { } key)
        {
            headers.TryAddWithoutValidation("x-api-key", key.Value);
        }

        if (AnthropicRequestWriter.BetasOf(request) is { Length: > 0 } betas)
        {
            headers.TryAddWithoutValidation("anthropic-beta", betas);
        }
    }

    /// <inheritdoc/>
    public byte[] Write(WireRequest request) => AnthropicRequestWriter.Write(settings.Model, request);

    /// <inheritdoc/>
    public IAnswerReader CreateReader(AnswerAssembler answer) => new AnthropicAnswerReader(answer);
}
