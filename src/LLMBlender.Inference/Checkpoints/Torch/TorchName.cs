namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>A global name that a pickle may refer to: a callable, or a storage's element type.</summary>
internal sealed record TorchName(string Module, string Name)
{
    private static readonly Dictionary<TorchName, TensorType> Storages = new()
    {
        [new("torch", "FloatStorage")] = TensorType.Float32,
        [new("torch", "HalfStorage")] = TensorType.Float16,
        [new("torch", "BFloat16Storage")] = TensorType.BFloat16,
        [new("torch", "DoubleStorage")] = TensorType.Float64,
        [new("torch", "LongStorage")] = TensorType.Int64,
        [new("torch", "IntStorage")] = TensorType.Int32,
        [new("torch", "ShortStorage")] = TensorType.Int16,
        [new("torch", "CharStorage")] = TensorType.Int8,
        [new("torch", "ByteStorage")] = TensorType.UInt8,
        [new("torch", "BoolStorage")] = TensorType.Bool,
    };

    public static TorchName OrderedDict { get; } = new("collections", "OrderedDict");

    public static TorchName RebuildTensor { get; } = new("torch._utils", "_rebuild_tensor_v2");

    public static TorchName RebuildParameter { get; } = new("torch._utils", "_rebuild_parameter");

    public static TorchName Size { get; } = new("torch", "Size");

    /// <summary>Whether the name is on the list of names that build tensors; all others are rejected.</summary>
    public bool IsAllowed =>
        this == OrderedDict || this == RebuildTensor || this == RebuildParameter || this == Size
        || Storages.ContainsKey(this);

    /// <summary>The element type, if the name is a storage type.</summary>
    public TensorType? ElementType => Storages.TryGetValue(this, out var type) ? type : null;

    public override string ToString() => Quote.Of($"{Module}.{Name}");
}
