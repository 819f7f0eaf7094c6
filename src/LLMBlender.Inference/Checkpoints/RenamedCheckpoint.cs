namespace LLMBlender.Inference.Checkpoints;

/// <summary>
/// A checkpoint with renamed tensors, for families published under several naming schemes. If a tensor already has a new name, it keeps it.
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

    /// <summary>
    /// Wraps a checkpoint with renamed tensors and takes ownership of it; returns the checkpoint itself if no name changes.
    /// </summary>
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
