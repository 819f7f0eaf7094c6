using System.Net.Http.Headers;
using System.Text.Json;

namespace LLMBlender.Local.Wire;

/// <summary>Ollama's chat API: one JSON object, or a line for each part.</summary>
internal sealed class OllamaProtocol(WireSettings settings) : IWireProtocol
{
    /// <inheritdoc/>
    public Uri Endpoint { get; } = WireUrl.Append(settings.Url, "api/chat");

    /// <inheritdoc/>
    public void AddHeaders(HttpRequestHeaders headers, WireRequest request)
    {
        if (settings.Key is { } key)
        {
            headers.TryAddWithoutValidation("Authorization", $"Bearer {key.Value}");
        }
    }

    /// <inheritdoc/>
    public byte[] Write(WireRequest request) => OllamaRequestWriter.Write(settings.Model, request);

    /// <inheritdoc/>
    public IAnswerReader CreateReader(AnswerAssembler answer) => new Reader(answer);

    private sealed class Reader(AnswerAssembler answer) : IAnswerReader
    {
        public void Read(JsonElement root)
        {
            if (root.Field("message") is { } message)
            {
                answer.Begin();
                answer.AddReasoning(message.Field("thinking").Text() ?? message.Field("reasoning").Text());
                answer.AddText(message.Field("content").Text());
                foreach (var call in message.Field("tool_calls").Entries())
                {
                    ReadCall(call);
                }
            }

            if (root.Field("logprobs") is { ValueKind: JsonValueKind.Array } logprobs)
            {
                answer.AddLogprobs(JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { ["content"] = logprobs }));
            }

            answer.Usage.Set(root.Field("prompt_eval_count").Count(), root.Field("eval_count").Count(), null);
            if (root.Field("done") is { ValueKind: JsonValueKind.True })
            {
                answer.Begin();
                answer.Finish(root.Field("done_reason").Text());
                answer.End();
            }
        }

        private void ReadCall(JsonElement call)
        {
            var function = call.Field("function");
            var arguments = function.Field("arguments");
            answer.AddCall(
                null,
                call.Field("id").Text(),
                function.Field("name").Text(),
                arguments is { ValueKind: JsonValueKind.Object } value ? value.GetRawText() : arguments.Text(),
                []);
        }
    }
}
