using LLMBlender.Inference.Checkpoints;
using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx;

/// <summary>
/// Writes the weights file of a model folder: first all tensors are declared, then the graph gets the location of each, then each is
/// written, one at a time, so that memory usage is about the size of the largest.
/// </summary>
internal sealed class StoredWeights(Precision precision) : IWeights
{
    /// <summary>The file's name in a model folder.</summary>
    public const string FileName = "model.safetensors";

    /// <summary>The largest weight of int8: seven bits, not eight, because processors without VNNI add two byte products in sixteen bits, which would saturate.</summary>
    public const int ProductLimit = 63;

    private readonly List<(TensorInfo Info, Action<SafetensorsWriter> Write)> tensors = [];
    private readonly Dictionary<string, int> index = new(StringComparer.Ordinal);
    private SafetensorsWriter? writer;
    private float[] buffer = [];
    private byte[] quantised = [];

    /// <summary>Declares a checkpoint's tensor, stored at the configured precision.</summary>
    public void Add(Checkpoint checkpoint, TensorSpec spec)
    {
        var info = checkpoint.Find(spec.From);
        if (!info.Shape.AsSpan().SequenceEqual(spec.Shape))
        {
            throw new ModelException(
                checkpoint.Path,
                $"{spec.From} has shape [{string.Join(", ", info.Shape)}], but the config asks for [{string.Join(", ", spec.Shape)}]");
        }

        if (info.Type is not (TensorType.Float32 or TensorType.Float16 or TensorType.BFloat16))
        {
            throw new ModelException(
                checkpoint.Path, $"{spec.From} is {info.Type}, but weights must be Float32, Float16 or BFloat16");
        }

        if (precision == Precision.Int4 && spec.Use is (TensorUse.Dense or TensorUse.WideDense))
        {
            AddFourBits(checkpoint, spec);
            return;
        }

        if (precision.StoresBytes() && spec.Use is (TensorUse.Dense or TensorUse.WideDense))
        {
            AddQuantised(checkpoint, spec);
            return;
        }

        if (precision.StoresBytes() && spec.Use is TensorUse.Embedding)
        {
            AddQuantisedRows(checkpoint, spec);
            return;
        }

        Declare(Stored(spec.Name, spec.Use, spec.Shape), file => file.Write(spec.Name, Load(checkpoint, spec)));
    }

    /// <summary>Declares a tensor computed by import.</summary>
    public void Add(string name, long[] shape, Func<float[]> values, TensorUse use = TensorUse.Plain) =>
        Declare(Stored(name, use, shape), file => file.Write(name, values()));

    /// <summary>
    /// Writes the file; <paramref name="declared"/> is called when every tensor has an offset and <see cref="Locate"/> can be used.
    /// </summary>
    public void Write(string path, Action declared)
    {
        // Wide elements precede narrow ones, so that each is aligned to its size.
        var ordered = tensors.Select(tensor => tensor.Info).OrderByDescending(info => info.Type.ElementSize());
        using var open = writer = SafetensorsWriter.Create(path, [.. ordered]);
        declared();
        foreach (var (_, write) in tensors)
        {
            write(open);
        }

        open.Finish();
    }

    /// <inheritdoc/>
    public (string File, long Offset, long Length, DataType Type, long[] Shape) Locate(string name)
    {
        var info = tensors[index[name]].Info;
        var type = info.Type switch
        {
            TensorType.Float16 => DataType.Float16,
            TensorType.Int8 => DataType.Int8,
            TensorType.UInt8 => DataType.Uint8,
            _ => DataType.Float,
        };
        return (FileName, writer!.OffsetOf(name), info.ByteCount, type, [.. info.Shape]);
    }

    private TensorInfo Stored(string name, TensorUse use, long[] shape) => new(
        name,
        precision == Precision.Float16 && use is not (TensorUse.Head or TensorUse.Wide or TensorUse.WideDense)
            ? TensorType.Float16
            : TensorType.Float32,
        [.. shape]);

    // One shared buffer, as below.
    private Span<byte> Buffer(int count)
    {
        if (quantised.Length < count)
        {
            quantised = GC.AllocateUninitializedArray<byte>(count);
        }

        // A channel of zeros is not written by the loop.
        quantised.AsSpan(0, count).Clear();
        return quantised.AsSpan(0, count);
    }

    // One shared buffer: otherwise several of the largest tensors could be in memory until garbage collection.
    private Span<float> Load(Checkpoint checkpoint, TensorSpec spec)
    {
        var count = checked((int)checkpoint.Find(spec.From).ElementCount);
        if (buffer.Length < count)
        {
            buffer = GC.AllocateUninitializedArray<float>(count);
        }

        checkpoint.Read(spec.From, buffer.AsSpan(0, count));
        return buffer.AsSpan(0, count);
    }

    private void AddQuantised(Checkpoint checkpoint, TensorSpec spec)
    {
        var (outputs, inputs) = ((int)spec.Shape[0], (int)spec.Shape[1]);
        var scaleName = spec.Name + "_scale";
        float[] scales = new float[outputs];
        Declare(new TensorInfo(spec.Name, TensorType.Int8, [inputs, outputs]), file =>
            file.WriteBytes(spec.Name, Quantise(Load(checkpoint, spec), inputs, scales)));
        Declare(new TensorInfo(scaleName, TensorType.Float32, [outputs]), file => file.Write(scaleName, scales));
    }

    private void AddFourBits(Checkpoint checkpoint, TensorSpec spec)
    {
        var (outputs, inputs) = ((int)spec.Shape[0], (int)spec.Shape[1]);
        if (inputs % FourBits.Block != 0)
        {
            throw new ModelException(
                checkpoint.Path, $"{spec.From} has {inputs} inputs, and int4 needs a multiple of {FourBits.Block}: another precision must be chosen");
        }

        var scaleName = spec.Name + "_scale";
        var scales = new float[outputs * (inputs / FourBits.Block)];
        Declare(new TensorInfo(spec.Name, TensorType.UInt8, [outputs, inputs / FourBits.Block, FourBits.Block / 2]), file =>
        {
            var bytes = Buffer(outputs * inputs / 2);
            FourBits.Quantise(Load(checkpoint, spec), bytes, scales);
            file.WriteBytes(spec.Name, bytes);
        });
        Declare(new TensorInfo(scaleName, TensorType.Float32, [scales.Length]), file => file.Write(scaleName, scales));
    }

    private void AddQuantisedRows(Checkpoint checkpoint, TensorSpec spec)
    {
        var (rows, width) = ((int)spec.Shape[0], (int)spec.Shape[1]);
        var scaleName = spec.Name + "_scale";
        float[] scales = new float[rows];
        Declare(new TensorInfo(spec.Name, TensorType.Int8, [rows, width]), file =>
            file.WriteBytes(spec.Name, QuantiseRows(Load(checkpoint, spec), width, scales)));
        Declare(new TensorInfo(scaleName, TensorType.Float32, [rows, 1]), file => file.Write(scaleName, scales));
    }

    private void Declare(TensorInfo info, Action<SafetensorsWriter> write)
    {
        index.Add(info.Name, tensors.Count);
        tensors.Add((info, write));
    }

    // Symmetric, one scale per output channel; transposed to [in, out], as integer matrix products require.
    private Span<byte> Quantise(ReadOnlySpan<float> weight, int inputs, float[] scales)
    {
        var outputs = scales.Length;
        var bytes = Buffer(weight.Length);
        for (var output = 0; output < outputs; output++)
        {
            var row = weight.Slice(output * inputs, inputs);
            var largest = Largest(row);
            scales[output] = largest / (precision == Precision.Int8 ? ProductLimit : sbyte.MaxValue);
            for (var input = 0; input < inputs && largest > 0; input++)
            {
                bytes[input * outputs + output] = (byte)(sbyte)MathF.Round(row[input] / scales[output]);
            }
        }

        return bytes;
    }

    // These bytes are not multiplied with others and can use the full range.
    private Span<byte> QuantiseRows(ReadOnlySpan<float> weight, int width, float[] scales)
    {
        var bytes = Buffer(weight.Length);
        for (var row = 0; row < scales.Length; row++)
        {
            var values = weight.Slice(row * width, width);
            var largest = Largest(values);
            scales[row] = largest / sbyte.MaxValue;
            for (var i = 0; i < width && largest > 0; i++)
            {
                bytes[row * width + i] = (byte)(sbyte)MathF.Round(values[i] / scales[row]);
            }
        }

        return bytes;
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        return largest;
    }
}
