using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>The JSON metadata of the records of HTTP and the command line: names in snake_case, null values omitted.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    Converters = [typeof(JsonText.Converter)])]
[JsonSerializable(typeof(RankRecord))]
[JsonSerializable(typeof(RankResult))]
[JsonSerializable(typeof(CompareRecord))]
[JsonSerializable(typeof(CompareResult))]
[JsonSerializable(typeof(FuseRecord))]
[JsonSerializable(typeof(FuseResult))]
[JsonSerializable(typeof(BlendRecord))]
[JsonSerializable(typeof(BlendResult))]
[JsonSerializable(typeof(VerifyRecord))]
[JsonSerializable(typeof(VerifyResult))]
[JsonSerializable(typeof(ErrorResult))]
public sealed partial class RecordJsonContext : JsonSerializerContext;
