using Google.Protobuf;
using LLMBlender.Inference.Onnx.Wire;
using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Tests.Onnx;

/// <summary>
/// A graph as a GPU computes it at half precision, to be run on a processor: kernels sum in single, and each result of type half is rounded to
/// half, with all of its range, where it is stored. (A processor's ONNX Runtime computes half in single from end to end, and so never overflows.)
/// Attention is that of the kernels that store their scores, the less exact ones.
/// </summary>
internal sealed class HalfGraph
{
    private readonly Dictionary<string, DataType> types = new(StringComparer.Ordinal);
    private readonly GraphProto graph;
    private readonly bool isNaive;
    private int values;

    private HalfGraph(GraphProto graph, bool isNaive) => (this.graph, this.isNaive) = (graph, isNaive);

    /// <summary>Writes the graph beside another one, whose weights it refers to.</summary>
    /// <param name="file">The graph's file.</param>
    /// <param name="headSize">The width of an attention head.</param>
    /// <param name="isNaive">Whether every floating-point value of a graph in single is taken as half, and scores are scaled after they are stored.</param>
    /// <returns>The file.</returns>
    public static string Write(string file, int headSize, bool isNaive)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
        new HalfGraph(model.Graph, isNaive).Rewrite(headSize);
        var target = Path.Combine(Path.GetDirectoryName(file)!, isNaive ? "naive.onnx" : "half.onnx");
        File.WriteAllBytes(target, model.ToByteArray());
        return target;
    }

    private void Rewrite(int headSize)
    {
        var nodes = graph.Node.ToList();
        graph.Node.Clear();
        foreach (var input in graph.Input)
        {
            types[input.Name] = (DataType)input.Type.TensorType.ElemType;
        }

        foreach (var weight in graph.Initializer.ToList())
        {
            var type = (DataType)weight.DataType;
            types[weight.Name] = type;
            if (IsHalf(type))
            {
                // Consumers read the rounded value in single.
                var stored = weight.Name + "_stored";
                Add("Cast", [weight.Name], stored + "_half", ("to", (long)DataType.Float16));
                Add("Cast", [stored + "_half"], Single(weight.Name), ("to", (long)DataType.Float));
            }
        }

        foreach (var node in nodes)
        {
            var type = types[node.Output[0]] = TypeOf(node);
            var inputs = node.Input.Select(input => input.Length > 0 && IsHalf(types[input]) ? Single(input) : input).ToArray();
            var output = node.Output[0];
            if (graph.Output.Any(declared => declared.Name == output))
            {
                Add(node.OpType, inputs, output, [.. node.Attribute]);
            }
            else if (node.OpType == "MultiHeadAttention" && IsHalf(type))
            {
                Attend(node, inputs, output, headSize);
            }
            else if (node.OpType == "Cast" && IsHalf(type))
            {
                Round(inputs[0], Single(output));
            }
            else if (IsHalf(type))
            {
                Add(node.OpType, inputs, output + "_sum", [.. node.Attribute], node.Domain);
                Round(output + "_sum", Single(output));
            }
            else
            {
                Add(node.OpType, inputs, output, [.. node.Attribute], node.Domain);
            }
        }
    }

    private void Attend(NodeProto node, string[] inputs, string output, int headSize)
    {
        var heads = node.Attribute.Single(a => a.Name == "num_heads").I;
        var scale = node.Attribute.SingleOrDefault(a => a.Name == "scale")?.F ?? (float)(1 / Math.Sqrt(headSize));
        var filter = node.Attribute.Single(a => a.Name == "mask_filter_value").F;
        string Heads(string x, params long[] order) =>
            Value("Transpose", [Value("Reshape", [x, Integers(0, 0, heads, headSize)])], Attribute("perm", order));

        var scores = Value("MatMul", [Heads(inputs[0], 0, 2, 1, 3), Heads(inputs[1], 0, 2, 3, 1)]);
        scores = Rounded(Value("Mul", [isNaive ? Rounded(scores) : scores, Scalar(scale)]));
        if (inputs.Length > 5 && inputs[5].Length > 0)
        {
            scores = Rounded(Value("Add", [scores, inputs[5]]));
        }

        var mask = Value("Unsqueeze", [Value("Cast", [inputs[4]], Attribute("to", (long)DataType.Float)), Integers(1, 2)]);
        var masked = Value("Mul", [Value("Sub", [Scalar(1), mask]), Scalar(filter)]);
        var shares = Rounded(Value("Softmax", [Value("Add", [scores, masked])], Attribute("axis", -1L)));
        var context = Value("Transpose", [Value("MatMul", [shares, Heads(inputs[2], 0, 2, 1, 3)])], Attribute("perm", new long[] { 0, 2, 1, 3 }));
        Round(Value("Reshape", [context, Integers(0, 0, -1)]), Single(output));
    }

    private bool IsHalf(DataType type) => type == DataType.Float16 || (isNaive && type == DataType.Float);

    private static string Single(string name) => name + "_single";

    private DataType TypeOf(NodeProto node) => node.OpType switch
    {
        "Cast" => (DataType)node.Attribute.Single(a => a.Name == "to").I,
        "Shape" => DataType.Int64,
        "Equal" or "Greater" or "Not" => DataType.Bool,
        "Where" => types[node.Input[1]],
        _ => types[node.Input[0]],
    };

    private string Rounded(string value)
    {
        var output = $"rounded_{values++}";
        Round(value, output);
        return output;
    }

    private void Round(string value, string output)
    {
        Add("Cast", [value], output + "_half", Attribute("to", (long)DataType.Float16));
        Add("Cast", [output + "_half"], output, Attribute("to", (long)DataType.Float));
    }

    private string Value(string type, string[] inputs, params AttributeProto[] attributes)
    {
        var output = $"half_{type}_{values++}";
        Add(type, inputs, output, attributes);
        return output;
    }

    private string Scalar(float number)
    {
        var name = $"half_scalar_{values++}";
        graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)DataType.Float, RawData = ByteString.CopyFrom(BitConverter.GetBytes(number)) });
        return name;
    }

    private string Integers(params long[] numbers)
    {
        var name = $"half_integers_{values++}";
        graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)DataType.Int64,
            Dims = { numbers.Length },
            RawData = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(numbers)),
        });
        return name;
    }

    private static AttributeProto Attribute(string name, long number) => new() { Name = name, I = number, Type = AttributeProto.Types.AttributeType.Int };

    private static AttributeProto Attribute(string name, long[] numbers) =>
        new() { Name = name, Ints = { numbers }, Type = AttributeProto.Types.AttributeType.Ints };

    private void Add(string type, string[] inputs, string output, params (string Name, long Number)[] attributes) =>
        Add(type, inputs, output, [.. attributes.Select(a => Attribute(a.Name, a.Number))]);

    private void Add(string type, string[] inputs, string output, params AttributeProto[] attributes) => Add(type, inputs, output, attributes, "");

    private void Add(string type, string[] inputs, string output, AttributeProto[] attributes, string domain) =>
        graph.Node.Add(new NodeProto { OpType = type, Domain = domain, Name = output, Input = { inputs }, Output = { output }, Attribute = { attributes } });
}
