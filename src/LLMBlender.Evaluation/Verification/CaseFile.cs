using System.IO.Compression;
using System.Text.Json;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Verification;

/// <summary>
/// A JSON file of reference cases, plain or compressed by gzip. A tensor is either nested lists, or a reference
/// <c>{"dtype","shape","offset","bytes"}</c> to the binary file in the top-level field <c>tensors</c>.
/// </summary>
internal sealed class CaseFile : IDisposable
{
    private readonly string path;
    private readonly JsonDocument document;
    private readonly byte[] tensors;

    private CaseFile(string path, JsonDocument document, byte[] tensors) =>
        (this.path, this.document, this.tensors) = (path, document, tensors);

    /// <summary>The file's object.</summary>
    public RecordFields Root => RecordFields.Of(document.RootElement);

    /// <summary>Opens a file; returns null if it does not exist.</summary>
    /// <exception cref="UsageException">The file can't be read.</exception>
    public static CaseFile? Find(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var document = JsonDocument.Parse(Unpacked(path));
            var tensors = RecordFields.Of(document.RootElement).OptionalText("tensors") is { } file
                ? File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(file)))
                : [];
            return new CaseFile(path, document, tensors);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or JsonException or RecordException)
        {
            throw new UsageException($"{path}: can't be read: {e.Message}", e);
        }
    }

    /// <summary>The objects of a list.</summary>
    public IReadOnlyList<RecordFields> Objects(RecordFields fields, string field) =>
        [.. List(fields, field).EnumerateArray().Select((element, i) => RecordFields.Of(element, $"{fields.Name(field)}[{i}]"))];

    /// <summary>A list of strings; null if absent.</summary>
    public string[]? Texts(RecordFields fields, string field) =>
        fields.OptionalList(field, "strings") is { } list ? Texts(list, fields.Name(field)) : null;

    /// <summary>A list of lists of strings.</summary>
    public string[][] TextLists(RecordFields fields, string field) =>
        [.. List(fields, field).EnumerateArray().Select((element, i) => Texts(element, $"{fields.Name(field)}[{i}]"))];

    /// <summary>A tensor's values in row-major order.</summary>
    public float[] Floats(RecordFields fields, string field) => Values(fields, field, "f32", BitConverter.ToSingle, e => e.GetSingle());

    /// <summary>A tensor's values in row-major order.</summary>
    public int[] Integers(RecordFields fields, string field) => Values(fields, field, "i32", BitConverter.ToInt32, e => e.GetInt32());

    /// <summary>A tensor's shape, outermost dimension first.</summary>
    public int[] Shape(RecordFields fields, string field)
    {
        var value = fields.Find(field) ?? throw fields.Missing(field, "a tensor");
        if (value.ValueKind is JsonValueKind.Object)
        {
            return Integers(RecordFields.Of(value, fields.Name(field)), "shape");
        }

        var shape = new List<int>();
        for (; value.ValueKind is JsonValueKind.Array; value = value[0])
        {
            shape.Add(value.GetArrayLength());
            if (shape[^1] == 0)
            {
                break;
            }
        }

        return [.. shape];
    }

    /// <summary>Reads cases; adds this file's path to errors.</summary>
    /// <exception cref="UsageException">A field is invalid.</exception>
    public void Use(Action<CaseFile> read)
    {
        try
        {
            read(this);
        }
        catch (Exception e) when (e is RecordException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new UsageException($"{path}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => document.Dispose();

    private static byte[] Unpacked(string path)
    {
        if (!path.EndsWith(".gz", StringComparison.Ordinal))
        {
            return File.ReadAllBytes(path);
        }

        using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static JsonElement List(RecordFields fields, string field) =>
        fields.OptionalList(field, "cases") ?? throw fields.Missing(field, "a list");

    private static string[] Texts(JsonElement list, string name) => list.ValueKind is JsonValueKind.Array
        ? [.. list.EnumerateArray().Select(element => element.GetString() ?? throw new RecordException($"\"{name}\" holds null, and must hold strings"))]
        : throw new RecordException($"\"{name}\" must be a list of strings");

    private T[] Values<T>(
        RecordFields fields, string field, string type, Func<byte[], int, T> decode, Func<JsonElement, T> read)
    {
        var value = fields.Find(field) ?? throw fields.Missing(field, "a tensor");
        if (value.ValueKind is not JsonValueKind.Object)
        {
            var values = new List<T>();
            Flatten(value, read, values);
            return [.. values];
        }

        var tensor = RecordFields.Of(value, fields.Name(field));
        var (offset, bytes) = (Number(tensor, "offset"), Number(tensor, "bytes"));
        return tensor.Text("dtype") == type && bytes % 4 == 0 && offset >= 0 && bytes >= 0 && offset <= tensors.Length - bytes
            ? [.. Enumerable.Range(0, bytes / 4).Select(i => decode(tensors, offset + (4 * i)))]
            : throw new RecordException($"\"{tensor.Path}\" must be a tensor of {type} inside the file that \"tensors\" names");
    }

    private static int Number(RecordFields fields, string field) =>
        (fields.Find(field) ?? throw fields.Missing(field, "a number")).GetInt32();

    private static void Flatten<T>(JsonElement value, Func<JsonElement, T> read, List<T> values)
    {
        if (value.ValueKind is not JsonValueKind.Array)
        {
            values.Add(read(value));
            return;
        }

        foreach (var element in value.EnumerateArray())
        {
            Flatten(element, read, values);
        }
    }
}
