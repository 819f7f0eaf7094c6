namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>Descriptions of the objects that a state dict's pickle would build; nothing is called.</summary>
internal static class TorchObjects
{
    /// <summary>PyTorch's maximum number of dimensions.</summary>
    private const int MostDimensions = 64;

    /// <summary>A storage from its persistent id: <c>('storage', type, key, device, element count)</c>.</summary>
    public static TorchStorage Storage(object? id, PickleBytes source) =>
        id is object?[] and
            ["storage", TorchName { ElementType: { } type }, string key, string, long and >= 0 and var count]
            ? new TorchStorage(type, key, count)
            : throw source.Refuse("has a persistent id that is not ('storage', type, key, device, element count)");

    /// <summary>Returns the result of calling an allowed name.</summary>
    public static object Call(TorchName callee, object?[] arguments, PickleBytes source)
    {
        if (callee == TorchName.RebuildTensor)
        {
            return Tensor(arguments, source);
        }

        if (callee == TorchName.RebuildParameter)
        {
            return arguments is [TorchTensor tensor, bool, _] ? tensor : throw Wrong("(tensor, requires_grad, hooks)");
        }

        if (callee == TorchName.Size)
        {
            return arguments is [object?[] size] ? size : throw Wrong("(sizes,)");
        }

        if (callee == TorchName.OrderedDict)
        {
            return arguments is [] ? new PickleDict() : throw Wrong("()");
        }

        throw source.Refuse($"calls {callee}, which is not a function");

        ModelException Wrong(string right) => source.Refuse($"calls {callee} with other arguments than {right}");
    }

    /// <summary>
    /// The arguments of <c>_rebuild_tensor_v2</c>: storage, offset, size, strides, requires_grad, hooks[, metadata].
    /// </summary>
    private static TorchTensor Tensor(object?[] arguments, PickleBytes source) =>
        arguments is [TorchStorage storage, long offset, object?[] size, object?[] strides, bool, _, ..]
        && arguments.Length <= 7
        && Numbers(size) is { } shape && Numbers(strides) is { } steps && shape.Length == steps.Length
            ? new TorchTensor(storage, offset, shape, steps)
            : throw source.Refuse(
                $"calls {TorchName.RebuildTensor} with other arguments than (storage, offset, size, strides, "
                + "requires_grad, hooks)");

    private static long[]? Numbers(object?[] values) =>
        values.Length <= MostDimensions && Array.TrueForAll(values, value => value is long)
            ? Array.ConvertAll(values, value => (long)value!)
            : null;
}
