namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>A Python dict as a pickle fills it: pairs in order, keys of any kind and not compared.</summary>
internal sealed class PickleDict
{
    public List<KeyValuePair<object?, object?>> Items { get; } = [];
}
