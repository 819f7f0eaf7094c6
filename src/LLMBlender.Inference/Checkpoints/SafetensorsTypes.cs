namespace LLMBlender.Inference.Checkpoints;

/// <summary>The <c>dtype</c> names of safetensors.</summary>
internal static class SafetensorsTypes
{
    private static readonly Dictionary<string, TensorType> Types = new(StringComparer.Ordinal)
    {
        ["F32"] = TensorType.Float32,
        ["F16"] = TensorType.Float16,
        ["BF16"] = TensorType.BFloat16,
        ["F64"] = TensorType.Float64,
        ["I64"] = TensorType.Int64,
        ["I32"] = TensorType.Int32,
        ["I16"] = TensorType.Int16,
        ["I8"] = TensorType.Int8,
        ["U8"] = TensorType.UInt8,
        ["BOOL"] = TensorType.Bool,
    };

    private static readonly Dictionary<TensorType, string> Names =
        Types.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>All known names, for error messages.</summary>
    public static string Known { get; } = string.Join(", ", Types.Keys);

    public static bool TryParse(string name, out TensorType type) => Types.TryGetValue(name, out type);

    public static string NameOf(TensorType type) => Names[type];
}
