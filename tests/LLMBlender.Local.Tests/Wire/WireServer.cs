using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;
using Polly;

namespace LLMBlender.Local.Tests.Wire;

/// <summary>A model server that gives scripted responses to one client, and records the requests.</summary>
internal sealed class WireServer : HttpMessageHandler
{
    private readonly Queue<(int Status, byte[] Body, string? Type)> responses = new();

    /// <summary>The settings of the client.</summary>
    public WireSettings Settings { get; init; } = new(new Uri("http://server.test/v1"), "m") { Key = new Secret("sk-secret-key") };

    /// <summary>The bodies of the requests.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>The headers of the last request.</summary>
    public HttpRequestHeaders? Headers { get; private set; }

    /// <summary>The address of the last request.</summary>
    public Uri? Address { get; private set; }

    /// <summary>The time that the server asks to wait; null for none.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Adds a response.</summary>
    public WireServer With(byte[] body, int status = 200, string? type = "application/json")
    {
        responses.Enqueue((status, body, type));
        return this;
    }

    /// <summary>Adds a response.</summary>
    public WireServer With(string body, int status = 200, string? type = "application/json") => With(Encoding.UTF8.GetBytes(body), status, type);

    /// <summary>Creates the client.</summary>
    public WireChatClient Client(string kind = "openai") => new(
        kind switch
        {
            "ollama" => new OllamaProtocol(Settings),
            "anthropic" => new AnthropicProtocol(Settings),
            "azure" => OpenAIProtocol.CreateAzure(Settings),
            _ => OpenAIProtocol.Create(Settings),
        },
        new HttpClient(this, disposeHandler: false),
        Settings,
        ResiliencePipeline.Empty,
        TimeProvider.System);

    /// <summary>Returns the answer to a question, whole or streamed.</summary>
    public async Task<ChatResponse> AskAsync(bool isStreamed, string kind = "openai", ChatOptions? options = null)
    {
        using var client = Client(kind);
        ChatMessage[] question = [new(ChatRole.User, "What?")];
        return isStreamed
            ? await client.GetStreamingResponseAsync(question, options).ToChatResponseAsync()
            : await client.GetResponseAsync(question, options);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
        (Headers, Address) = (request.Headers, request.RequestUri);
        var (status, body, type) = responses.Count > 1 ? responses.Dequeue() : responses.Peek();
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body) };
        response.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        response.Headers.RetryAfter = RetryAfter is { } wait ? new RetryConditionHeaderValue(wait) : null;
        return response;
    }
}
