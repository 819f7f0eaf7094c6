using System.Text;

namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>
/// The format of <c>torch.save</c> since PyTorch 1.6: a zip archive of <c>NAME/data.pkl</c>, which describes the tensors, and
/// <c>NAME/data/KEY</c>, which contain their storages.
/// </summary>
internal sealed class TorchCheckpoint : Checkpoint
{
    private const string PickleEntry = "/data.pkl";
    private const int MostPickleBytes = 64 * 1024 * 1024;

    private readonly WeightsFile file;
    private readonly OrderedDictionary<string, TensorInfo> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorLayout> layouts = new(StringComparer.Ordinal);

    private TorchCheckpoint(WeightsFile file)
        : base(file.Path) => this.file = file;

    public override IReadOnlyDictionary<string, TensorInfo> Tensors => tensors;

    /// <summary>Reads the archive's directory and its pickle, and validates every tensor's location.</summary>
    public static TorchCheckpoint Open(WeightsFile file)
    {
        RefuseOthers(file);
        var zip = StoredZip.Open(file);
        var folder = FindFolder(zip, file.Path);
        RefuseBigEndian(zip, folder, file);
        var checkpoint = new TorchCheckpoint(file);
        var storages = new TorchStorages(zip, folder, file.Path);
        var root = Unpickler.Load(ReadPickle(zip, folder, file), file.Path);
        foreach (var (name, tensor) in StateDict.Tensors(root, file.Path))
        {
            checkpoint.tensors.Add(name, new TensorInfo(name, tensor.Storage.Type, [.. tensor.Shape]));
            checkpoint.layouts.Add(name, storages.Place(name, tensor));
        }

        return checkpoint;
    }

    internal override StoredBytes Locate(TensorInfo tensor)
    {
        var layout = layouts[tensor.Name];
        return layout.IsContiguous(tensor.Shape.AsSpan())
            ? new StoredBytes(file, layout.Offset, tensor.Name)
            : new StoredBytes(Gather(tensor, layout), tensor.Name);
    }

    protected override void Dispose(bool disposing) => file.Dispose();

    private byte[] Gather(TensorInfo tensor, TensorLayout layout)
    {
        if (layout.Extent > Array.MaxLength || tensor.ByteCount > Array.MaxLength)
        {
            throw new ModelException(
                Path,
                $"{tensor} is not contiguous and spans {layout.Extent} bytes, and such a tensor is read only up "
                + $"to {Array.MaxLength}");
        }

        var gathered = GC.AllocateUninitializedArray<byte>((int)tensor.ByteCount);
        StridedCopy.Gather(
            file.Read(layout.Offset, (int)layout.Extent, tensor.Name),
            gathered,
            tensor.Type.ElementSize(),
            tensor.Shape.AsSpan(),
            layout.Strides);
        return gathered;
    }

    private static void RefuseOthers(WeightsFile file)
    {
        Span<byte> start = stackalloc byte[4];
        file.ReadExactly(0, start, "the start");
        if (start is not [(byte)'P', (byte)'K', 3, 4])
        {
            throw new ModelException(file.Path, start[0] == (byte)PickleOpcode.PROTO
                ? "is in the format of PyTorch before 1.6 (a bare pickle), and only the zip format since is read: "
                    + "save it again with a newer torch.save"
                : "is neither safetensors by name nor a zip archive, as torch.save writes since PyTorch 1.6");
        }
    }

    private static string FindFolder(StoredZip zip, string path)
    {
        string[] folders = [.. zip.Names
            .Where(name => name.EndsWith(PickleEntry, StringComparison.Ordinal))
            .Where(name => name.IndexOf('/') == name.Length - PickleEntry.Length)
            .Select(name => name[..^PickleEntry.Length])];
        return folders is [var folder] ? folder : throw new ModelException(
            path, $"has {folders.Length} entries NAME{PickleEntry}, and torch.save writes one");
    }

    private static void RefuseBigEndian(StoredZip zip, string folder, WeightsFile file)
    {
        if (zip.Find(folder + "/byteorder") is { } entry)
        {
            var order = file.Read(zip.Locate(entry), (int)Math.Min(entry.Size, 16), entry.Name);
            if (!order.AsSpan().SequenceEqual("little"u8))
            {
                throw new ModelException(
                    file.Path,
                    $"its entry 'byteorder' is {Quote.Of(Encoding.Latin1.GetString(order))}, and "
                    + "only 'little' is read");
            }
        }
    }

    private static byte[] ReadPickle(StoredZip zip, string folder, WeightsFile file)
    {
        var entry = zip.Find(folder + PickleEntry)!;
        var offset = zip.Locate(entry);
        return entry.Size <= MostPickleBytes
            ? file.Read(offset, (int)entry.Size, entry.Name)
            : throw new ModelException(
                file.Path,
                $"data.pkl has {entry.Size} bytes, and at most {MostPickleBytes} are read");
    }
}
