using System.Buffers.Binary;
using System.Text.Json;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>A safetensors file: 8 bytes of header length, a JSON header with names, types, shapes and offsets, then the elements.</summary>
internal sealed class SafetensorsCheckpoint : Checkpoint
{
    /// <summary>The format's maximum header size.</summary>
    internal const int MostHeaderBytes = 100_000_000;

    /// <summary>Bytes of the header length field.</summary>
    internal const int LengthBytes = sizeof(ulong);

    internal const string MetadataKey = "__metadata__";

    private readonly WeightsFile file;
    private readonly OrderedDictionary<string, TensorInfo> tensors;
    private readonly Dictionary<string, long> offsets;

    private SafetensorsCheckpoint(WeightsFile file, List<SafetensorsEntry> entries, long dataStart)
        : base(file.Path)
    {
        this.file = file;
        tensors = new OrderedDictionary<string, TensorInfo>(entries.Count, StringComparer.Ordinal);
        offsets = new Dictionary<string, long>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            tensors.Add(entry.Tensor.Name, entry.Tensor);
            offsets.Add(entry.Tensor.Name, dataStart + entry.Begin);
        }
    }

    public override IReadOnlyDictionary<string, TensorInfo> Tensors => tensors;

    /// <summary>Reads and validates the header.</summary>
    public static SafetensorsCheckpoint Open(WeightsFile file)
    {
        var header = ReadHeader(file);
        var dataStart = LengthBytes + header.Length;
        using var document = JsonTable.Parse(file.Path, "the header", header);
        List<SafetensorsEntry> entries = [];
        JsonTable.Read(file.Path, "the header", () => entries = ReadEntries(file.Path, document.RootElement));
        CheckOffsets(file.Path, entries, file.Length - dataStart);
        return new SafetensorsCheckpoint(file, entries, dataStart);
    }

    /// <summary>The position of a tensor's first byte in the file.</summary>
    internal long OffsetOf(TensorInfo tensor) => offsets[tensor.Name];

    internal override StoredBytes Locate(TensorInfo tensor) => new(file, offsets[tensor.Name], tensor.Name);

    protected override void Dispose(bool disposing) => file.Dispose();

    private static byte[] ReadHeader(WeightsFile file)
    {
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        file.ReadExactly(0, lengthBytes, "the header's length");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > MostHeaderBytes)
        {
            throw new ModelException(
                file.Path,
                $"declares a header of {length} bytes, and a safetensors header has at most {MostHeaderBytes}");
        }

        if (length > (ulong)(file.Length - LengthBytes))
        {
            throw new ModelException(
                file.Path,
                $"declares a header of {length} bytes, and the file has {file.Length} in all");
        }

        var header = file.Read(LengthBytes, (int)length, "the header");
        return header is [(byte)'{', ..]
            ? header
            : throw new ModelException(file.Path, "its header doesn't begin with '{', as a safetensors header does");
    }

    private static List<SafetensorsEntry> ReadEntries(string path, JsonElement header)
    {
        List<SafetensorsEntry> entries = new(header.GetPropertyCount());
        foreach (var property in header.EnumerateObject())
        {
            if (property.Name != MetadataKey)
            {
                entries.Add(SafetensorsEntry.Parse(path, property.Name, property.Value));
            }
            else if (property.Value.ValueKind is not JsonValueKind.Object)
            {
                throw new ModelException(path, $"{MetadataKey} is not an object but {property.Value.ValueKind}");
            }
        }

        return entries;
    }

    /// <summary>Checks, as the format requires, that the tensors fill the data from first byte to last without gaps or overlaps.</summary>
    private static void CheckOffsets(string path, List<SafetensorsEntry> entries, long dataLength)
    {
        var end = 0L;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            var problem = entry switch
            {
                _ when entry.End > dataLength => $"and the file has {dataLength} bytes of data",
                _ when entry.Begin < end => $"and another tensor's bytes reach to {end}",
                _ when entry.Begin > end => $"and no tensor owns the bytes from {end} on",
                _ => null,
            };
            if (problem is not null)
            {
                throw new ModelException(
                    path,
                    $"{entry.Tensor} has data_offsets [{entry.Begin}, {entry.End}], {problem}");
            }

            end = entry.End;
        }

        if (end != dataLength)
        {
            throw new ModelException(path, $"has {dataLength} bytes of data, and its tensors end at {end}");
        }
    }
}
