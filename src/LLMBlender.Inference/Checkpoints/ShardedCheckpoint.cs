using System.Text.Json;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>A checkpoint of several files, with an index that maps tensors to files.</summary>
internal sealed class ShardedCheckpoint : Checkpoint
{
    private const int MostIndexBytes = 100_000_000;

    private readonly Dictionary<string, Checkpoint> shards;
    private readonly Dictionary<string, Checkpoint> homes = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, TensorInfo> tensors = new(StringComparer.Ordinal);

    private ShardedCheckpoint(string index, Dictionary<string, Checkpoint> shards)
        : base(index) => this.shards = shards;

    public override IReadOnlyDictionary<string, TensorInfo> Tensors => tensors;

    /// <summary>Opens the shards listed in an index, and checks that each contains its tensors.</summary>
    public static ShardedCheckpoint OpenIndex(string index)
    {
        var checkpoint = new ShardedCheckpoint(index, new Dictionary<string, Checkpoint>(StringComparer.Ordinal));
        try
        {
            var bytes = WeightsFile.ReadAll(index, MostIndexBytes);
            using var document = JsonTable.Parse(index, "the index", bytes);
            JsonTable.Read(index, "the index", () => checkpoint.Map(document.RootElement));
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    internal override StoredBytes Locate(TensorInfo tensor) => homes[tensor.Name].Locate(tensor);

    protected override void Dispose(bool disposing)
    {
        foreach (var shard in shards.Values)
        {
            shard.Dispose();
        }
    }

    private void Map(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object
            || !root.TryGetProperty("weight_map", out var map) || map.ValueKind is not JsonValueKind.Object)
        {
            throw new ModelException(Path, "has no object 'weight_map' from tensor names to file names");
        }

        foreach (var entry in map.EnumerateObject())
        {
            if (entry.Value.ValueKind is not JsonValueKind.String)
            {
                throw new ModelException(
                    Path,
                    $"weight_map: {Quote.Of(entry.Name)} names no file but {entry.Value.ValueKind}");
            }

            Add(entry.Name, entry.Value.GetString()!);
        }
    }

    private void Add(string name, string shardName)
    {
        var shard = Shard(name, shardName);
        if (!shard.Tensors.TryGetValue(name, out var tensor))
        {
            throw new ModelException(
                Path,
                $"weight_map puts {Quote.Of(name)} in {Quote.Of(shardName)}, which has no such tensor");
        }

        tensors.Add(name, tensor);
        homes.Add(name, shard);
    }

    private Checkpoint Shard(string name, string shardName)
    {
        if (shards.TryGetValue(shardName, out var open))
        {
            return open;
        }

        if (shardName is "" or "." or ".." || shardName.AsSpan().ContainsAny("/\\:\0"))
        {
            throw new ModelException(
                Path,
                $"weight_map puts {Quote.Of(name)} in {Quote.Of(shardName)}, and a shard is a plain file name in "
                + "the same folder");
        }

        var path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, shardName);
        if (!File.Exists(path))
        {
            throw new ModelException(
                Path,
                $"weight_map puts {Quote.Of(name)} in {Quote.Of(shardName)}, and the folder has no such file");
        }

        return shards[shardName] = CheckpointFinder.OpenFile(path);
    }
}
