using System.Net.Http.Headers;

namespace LLMBlender.Local.Wire;

/// <summary>OpenAI's chat completions, as most servers and providers have them, and Azure's variant.</summary>
internal sealed class OpenAIProtocol : IWireProtocol
{
    private const string DefaultApiVersion = "2024-10-21";

    private readonly WireSettings settings;
    private readonly bool isAzure;

    private OpenAIProtocol(WireSettings settings, Uri endpoint, bool isAzure) => (this.settings, Endpoint, this.isAzure) = (settings, endpoint, isAzure);

    /// <inheritdoc/>
    public Uri Endpoint { get; }

    /// <summary>Creates the protocol of a server whose URL ends with <c>/v1</c> or another path before <c>/chat/completions</c>.</summary>
    public static OpenAIProtocol Create(WireSettings settings) => new(settings, WireUrl.Append(settings.Url, "chat/completions"), isAzure: false);

    /// <summary>Creates the protocol of an Azure OpenAI resource: its address, or its address with <c>/openai/v1</c>.</summary>
    public static OpenAIProtocol CreateAzure(WireSettings settings) => new(
        settings,
        settings.Url.AbsolutePath.Contains("/openai/v1", StringComparison.OrdinalIgnoreCase)
            ? WireUrl.Append(settings.Url, "chat/completions")
            : WireUrl.Append(
                settings.Url,
                $"openai/deployments/{Uri.EscapeDataString(settings.Model)}/chat/completions",
                $"api-version={Uri.EscapeDataString(settings.ApiVersion ?? DefaultApiVersion)}"),
        isAzure: true);

    /// <inheritdoc/>
    public void AddHeaders(HttpRequestHeaders headers, WireRequest request)
    {
        if (settings.Key is { } key)
        {
            headers.TryAddWithoutValidation(isAzure ? "api-key" : "Authorization", isAzure ? key.Value : $"Bearer {key.Value}");
        }
    }

    /// <inheritdoc/>
    public byte[] Write(WireRequest request) => OpenAIRequestWriter.Write(settings.Model, request);

    /// <inheritdoc/>
    public IAnswerReader CreateReader(AnswerAssembler answer) => new OpenAIAnswerReader(answer);
}
