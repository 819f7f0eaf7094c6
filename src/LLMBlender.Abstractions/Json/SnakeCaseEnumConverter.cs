using System.Text.Json;
using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>An enumeration's values by their names in snake_case; numbers are refused.</summary>
public sealed class SnakeCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
