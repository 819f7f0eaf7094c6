namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>Finds the tensors in a checkpoint's pickle.</summary>
internal static class StateDict
{
    private static readonly string[] Wrappers = ["state_dict", "model"];

    /// <summary>
    /// The tensors of a dict from names to tensors, or of such a dict under <c>state_dict</c> or <c>model</c>. Other values in it, such as
    /// a count of epochs, are ignored.
    /// </summary>
    /// <exception cref="ModelException">No dict, no tensor in it, or a duplicate name.</exception>
    public static OrderedDictionary<string, TorchTensor> Tensors(object? root, string file)
    {
        if (root is not PickleDict dict)
        {
            throw new ModelException(file, "data.pkl contains no dict of names and tensors");
        }

        var tensors = In(dict, file);
        foreach (var wrapper in Wrappers)
        {
            if (tensors.Count == 0 && Under(dict, wrapper) is { } inner)
            {
                tensors = In(inner, file);
            }
        }

        return tensors.Count > 0 ? tensors : throw new ModelException(
            file, $"data.pkl contains no tensor, neither by name nor in a dict under {string.Join(" or ", Wrappers)}");
    }

    private static OrderedDictionary<string, TorchTensor> In(PickleDict dict, string file)
    {
        var tensors = new OrderedDictionary<string, TorchTensor>(StringComparer.Ordinal);
        foreach (var (key, value) in dict.Items)
        {
            if (key is string name && value is TorchTensor tensor && !tensors.TryAdd(name, tensor))
            {
                throw new ModelException(file, $"data.pkl names the tensor {Quote.Of(name)} twice");
            }
        }

        return tensors;
    }

    private static PickleDict? Under(PickleDict dict, string wrapper) =>
        dict.Items.Where(item => item.Key is string key && key == wrapper)
            .Select(item => item.Value)
            .OfType<PickleDict>()
            .LastOrDefault();
}
