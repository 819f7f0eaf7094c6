namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>A Python dict built from a pickle: pairs in order, with keys of any type that are not compared.</summary>
internal sealed class PickleDict
{
    public List<KeyValuePair<object?, object?>> Items { get; } = [];
}
