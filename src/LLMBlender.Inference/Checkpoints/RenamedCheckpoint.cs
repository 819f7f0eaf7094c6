namespace LLMBlender.Inference.Checkpoints;

/// <summary>
/// A checkpoint whose tensors have other names: those of a family that was published under several. A tensor that bears a
/// new name already keeps it.
/// </summary>
internal sealed class RenamedCheckpoint : Checkpoint
{
    private readonly Checkpoint inner;
    private readonly OrderedDictionary<string, TensorInfo> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> oldNames = new(StringComparer.Ordinal);

    private RenamedCheckpoint(Checkpoint inner, Func<string, string> rename)
        : base(inner.Path)
    {
        this.inner = inner;
        foreach (var (name, info) in inner.Tensors)
        {
            var renamed = rename(name);
            if (renamed == name || !inner.Tensors.ContainsKey(renamed))
            {
                tensors[renamed] = info with { Name = renamed };
                oldNames[renamed] = name;
            }
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorInfo> Tensors => tensors;

    /// <summary>The checkpoint with its tensors renamed, which takes it over; the checkpoint itself where no name changes.</summary>
    public static Checkpoint Of(Checkpoint checkpoint, Func<string, string> rename) =>
        checkpoint.Tensors.Keys.Any(name => rename(name) != name) ? new RenamedCheckpoint(checkpoint, rename) : checkpoint;

    /// <inheritdoc/>
    internal override StoredBytes Locate(TensorInfo tensor)
    {
        var old = oldNames[tensor.Name];
        return inner.Locate(inner.Tensors[old]);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => inner.Dispose();
}
