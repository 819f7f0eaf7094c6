using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using LLMBlender.Inference.Onnx.Wire;
using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx;

/// <summary>
/// Builds an ONNX graph: every method adds to it and returns the name of the new value, so that a network is written as an expression. IR
/// version 10, opset 21, and ONNX Runtime's own operators (com.microsoft).
/// </summary>
internal sealed class OnnxGraph
{
    private const string Microsoft = "com.microsoft";
    private readonly GraphProto graph = new() { Name = "llmblender" };
    private readonly Dictionary<string, string> constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> weights = new(StringComparer.Ordinal);
    private readonly IWeights source;
    private int values;

    /// <param name="source">Locates the graph's weights.</param>
    public OnnxGraph(IWeights source) => this.source = source;

    /// <summary>Declares an input; a dimension is a number or, for a dynamic one, a name.</summary>
    public string Input(string name, DataType type, params object[] shape)
    {
        graph.Input.Add(Value(name, type, shape));
        return name;
    }

    /// <summary>Declares that <paramref name="value"/> is the graph's output <paramref name="name"/>.</summary>
    public void Output(string name, string value, DataType type, params object[] shape)
    {
        graph.Node.Add(new NodeProto { OpType = "Identity", Input = { value }, Output = { name } });
        graph.Output.Add(Value(name, type, shape));
    }

    /// <summary>Declares an output that one node computes directly: if the caller binds it to memory, the node writes there.</summary>
    public string OutputOf(
        string name, DataType elements, object[] shape, string type, string[] inputs, params (string Name, object Value)[] attributes)
    {
        graph.Output.Add(Value(name, elements, shape));
        return Node("", type, inputs, attributes, name);
    }

    /// <summary>Adds a node of the standard operator set with one output.</summary>
    public string Op(string type, string[] inputs, params (string Name, object Value)[] attributes) =>
        Node("", type, inputs, attributes);

    /// <summary>Adds a node of ONNX Runtime's own operator set with one output; an empty input is omitted.</summary>
    public string Contrib(string type, string[] inputs, params (string Name, object Value)[] attributes) =>
        Node(Microsoft, type, inputs, attributes);

    /// <summary>Adds a weight from the external weights file.</summary>
    public string Weight(string name)
    {
        if (weights.Add(name))
        {
            var (file, offset, length, type, shape) = source.Locate(name);
            var tensor = new TensorProto
            {
                Name = name,
                DataType = (int)type,
                DataLocation = TensorProto.Types.DataLocation.External,
                Dims = { shape },
            };
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = file });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{offset}" });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{length}" });
            graph.Initializer.Add(tensor);
        }

        return name;
    }

    /// <summary>The shape of a weight as it is stored.</summary>
    public long[] ShapeOf(string name) => source.Locate(name).Shape;

    /// <summary>Adds a small vector of integers stored in the graph; equal ones are shared.</summary>
    public string Integers(params long[] elements) =>
        Constant(DataType.Int64, MemoryMarshal.AsBytes<long>(elements), elements.Length);

    /// <summary>Adds a small vector of 32-bit integers stored in the graph; equal ones are shared.</summary>
    public string Integers32(params int[] elements) =>
        Constant(DataType.Int32, MemoryMarshal.AsBytes<int>(elements), elements.Length);

    /// <summary>Adds a scalar of one of the graph's floating-point types; equal ones are shared.</summary>
    public string Scalar(DataType type, double number)
    {
        Span<byte> bytes = stackalloc byte[8];
        var length = type switch
        {
            DataType.Float => Write(bytes, BitConverter.SingleToInt32Bits((float)number), 4),
            DataType.Float16 => Write(bytes, BitConverter.HalfToInt16Bits((Half)number), 2),
            DataType.Int64 => Write(bytes, (long)number, 8),
            DataType.Int32 => Write(bytes, (long)number, 4),
            DataType.Uint8 => Write(bytes, (long)number, 1),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no scalar of this type is used"),
        };
        return Constant(type, bytes[..length]);
    }

    /// <summary>The finished graph in ONNX's wire format; the same calls give the same bytes.</summary>
    public byte[] Serialize()
    {
        var model = new ModelProto { IrVersion = 10, ProducerName = "LLMBlender", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 21 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Microsoft, Version = 1 });
        return model.ToByteArray();
    }

    private string Node(
        string domain, string type, string[] inputs, (string Name, object Value)[] attributes, string? output = null)
    {
        output ??= $"{type}_{values++}";
        var node = new NodeProto { OpType = type, Domain = domain, Name = output, Input = { inputs }, Output = { output } };
        foreach (var (name, value) in attributes)
        {
            node.Attribute.Add(Attribute(name, value));
        }

        graph.Node.Add(node);
        return output;
    }

    private string Constant(DataType type, ReadOnlySpan<byte> bytes, params long[] shape)
    {
        var key = $"{type}[{string.Join(',', shape)}]{Convert.ToHexString(bytes)}";
        if (!constants.TryGetValue(key, out var name))
        {
            name = $"constant_{constants.Count}";
            constants.Add(key, name);
            graph.Initializer.Add(new TensorProto
            {
                Name = name,
                DataType = (int)type,
                Dims = { shape },
                RawData = ByteString.CopyFrom(bytes),
            });
        }

        return name;
    }

    private static int Write(Span<byte> bytes, long number, int length)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return length;
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        int i => new() { Name = name, I = i, Type = AttributeProto.Types.AttributeType.Int },
        double f => new() { Name = name, F = (float)f, Type = AttributeProto.Types.AttributeType.Float },
        string s => new() { Name = name, S = ByteString.CopyFromUtf8(s), Type = AttributeProto.Types.AttributeType.String },
        long[] ints => new() { Name = name, Ints = { ints }, Type = AttributeProto.Types.AttributeType.Ints },
        _ => throw new ArgumentException($"attribute {name}: no form for {value.GetType()}", nameof(value)),
    };

    private static ValueInfoProto Value(string name, DataType type, object[] shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var dimension in shape)
        {
            dimensions.Dim.Add(dimension is string symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = (int)dimension });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions },
            },
        };
    }
}
