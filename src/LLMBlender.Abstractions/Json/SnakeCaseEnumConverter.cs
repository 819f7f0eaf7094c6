using System.Text.Json;
using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>Reads and writes enum values as names in snake_case; numbers are rejected.</summary>
public sealed class SnakeCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
