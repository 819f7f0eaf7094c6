using System.Runtime.InteropServices;

namespace LLMBlender.TestKit.Checkpoints;

/// <summary>
/// A state dict as <c>torch.save</c> writes it; for float32 and contiguous tensors the pickle is the same to the byte.
/// </summary>
public sealed class TorchFile
{
    private readonly List<(string Key, byte[] Bytes)> storages = [];
    private readonly List<(string Name, Action<PickleWriter> Write)> items = [];

    /// <summary>The folder inside the archive: the file's name without extension.</summary>
    public string Folder { get; init; } = "archive";

    /// <summary>Whether it is a module's OrderedDict with <c>_metadata</c>, or a plain dict.</summary>
    public bool IsModule { get; init; } = true;

    /// <summary>A key under which the dict lies in another one, such as <c>state_dict</c>.</summary>
    public string? Wrapper { get; init; }

    /// <summary>What the entry <c>byteorder</c> says; null where it is left out, as PyTorch 1 did.</summary>
    public string? ByteOrder { get; init; } = "little";

    /// <summary>Whether sizes and places are in zip64 fields.</summary>
    public bool Wide { get; init; }

    /// <summary>Adds a float32 tensor on a storage of its own.</summary>
    public TorchFile Add(string name, ReadOnlySpan<float> values, params long[] shape) =>
        Add(name, "FloatStorage", MemoryMarshal.AsBytes(values), values.Length, shape);

    /// <summary>Adds a contiguous tensor on a storage of its own.</summary>
    public TorchFile Add(string name, string storageType, ReadOnlySpan<byte> bytes, long count, params long[] shape)
    {
        var key = storages.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return AddStorage(key, bytes).AddView(name, storageType, key, count, 0, shape, RowMajor(shape));
    }

    /// <summary>Adds the entry <c>data/KEY</c>.</summary>
    public TorchFile AddStorage(string key, ReadOnlySpan<byte> bytes)
    {
        storages.Add((key, bytes.ToArray()));
        return this;
    }

    /// <summary>Adds a tensor that looks at a storage.</summary>
    public TorchFile AddView(
        string name, string storageType, string key, long count, long offset, long[] shape, long[] strides) =>
        AddValue(name, pickle => Tensor(pickle, storageType, key, count, offset, shape, strides));

    /// <summary>Adds something else.</summary>
    public TorchFile AddValue(string name, Action<PickleWriter> write)
    {
        items.Add((name, write));
        return this;
    }

    /// <summary>The entry <c>data.pkl</c>.</summary>
    public byte[] ToPickle()
    {
        var pickle = new PickleWriter().Protocol(2);
        if (Wrapper is not null)
        {
            pickle.Op('}').Put().Text(Wrapper);
        }

        _ = IsModule ? pickle.OrderedDict() : pickle.Op('}').Put();
        pickle.Items(items, (to, item) => item.Write(to.Text(item.Name)));
        if (IsModule)
        {
            WriteMetadata(pickle);
        }

        return Wrapper is null ? pickle.Stop() : pickle.Op('s').Stop();
    }

    /// <summary>The file, with another pickle in it if one is given.</summary>
    public byte[] ToArray(byte[]? pickle = null)
    {
        var zip = new ZipWriter { Wide = Wide }.Add(Folder + "/data.pkl", pickle ?? ToPickle());
        if (ByteOrder is not null)
        {
            zip.Add(Folder + "/byteorder", System.Text.Encoding.UTF8.GetBytes(ByteOrder));
        }

        foreach (var (key, bytes) in storages)
        {
            zip.Add($"{Folder}/data/{key}", bytes);
        }

        return zip.Add(Folder + "/version", "3\n"u8).ToArray();
    }

    /// <summary>Strides of a contiguous tensor.</summary>
    public static long[] RowMajor(ReadOnlySpan<long> shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Math.Max(1, shape[i]);
        }

        return strides;
    }

    /// <summary>A call of <c>_rebuild_tensor_v2</c>.</summary>
    private static void Tensor(
        PickleWriter pickle, string storageType, string key, long count, long offset, long[] shape, long[] strides) =>
        pickle.Global("torch._utils", "_rebuild_tensor_v2")
            .Op('(')
            .Op('(').Text("storage").Global("torch", storageType).Text(key).Text("cpu").Number(count).Op('t').Put().Op('Q')
            .Number(offset).Tuple(shape).Tuple(strides).Op(0x89).OrderedDict().Op('t').Put().Op('R').Put();

    private static void WriteMetadata(PickleWriter pickle) =>
        pickle.Op('}').Put().Text("_metadata").OrderedDict()
            .Text("").Op('}').Put().Text("version").Number(1).Op('s').Op('s').Op('s').Op('b');
}
