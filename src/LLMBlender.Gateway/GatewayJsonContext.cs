using System.Text.Json.Serialization;
using LLMBlender.Abstractions.Json;
using LLMBlender.Gateway.Anthropic;
using LLMBlender.Gateway.OpenAI;
using LLMBlender.Gateway.Records;
using LLMBlender.Gateway.Settings;

namespace LLMBlender.Gateway;

/// <summary>The JSON of the gateway's requests and responses, with the settings of <see cref="RecordJsonContext"/>.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    Converters = [typeof(JsonText.Converter)])]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(AnswerPiece))]
[JsonSerializable(typeof(StepResult))]
[JsonSerializable(typeof(RerankRequest))]
[JsonSerializable(typeof(RerankText[]))]
[JsonSerializable(typeof(RerankResponse))]
[JsonSerializable(typeof(RerankedText[]))]
[JsonSerializable(typeof(ChatBody))]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ChatChunk))]
[JsonSerializable(typeof(ChatStep))]
[JsonSerializable(typeof(ContentPart[]))]
[JsonSerializable(typeof(ToolChoiceBody))]
[JsonSerializable(typeof(FunctionName))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(MessagesBody))]
[JsonSerializable(typeof(ContentBlock[]))]
[JsonSerializable(typeof(MessagesFormat))]
[JsonSerializable(typeof(MessagesResult))]
[JsonSerializable(typeof(MessagesEvent))]
[JsonSerializable(typeof(MessagesErrorResponse))]
[JsonSerializable(typeof(TokenCount))]
[JsonSerializable(typeof(ResponsesBody))]
[JsonSerializable(typeof(ResponsesItem[]))]
[JsonSerializable(typeof(ResponsesTool[]))]
[JsonSerializable(typeof(ChatMessageBody))]
[JsonSerializable(typeof(OutputText))]
[JsonSerializable(typeof(SummaryText))]
[JsonSerializable(typeof(ResponsesResult))]
[JsonSerializable(typeof(ResponsesEvent))]
[JsonSerializable(typeof(ResponsesError))]
[JsonSerializable(typeof(SettingsView))]
[JsonSerializable(typeof(SettingsChange))]
[JsonSerializable(typeof(FoundBackends))]
internal sealed partial class GatewayJsonContext : JsonSerializerContext;
