using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx;

/// <summary>Adds dense layers y = x·Wᵀ + b at one <see cref="Precision"/> to a graph. x is [rows, in]; W is stored as [out, in].</summary>
internal sealed class DenseLayers(Precision precision)
{
    // Bytes are unsigned with this zero point, the form that ONNX Runtime's integer matrix products use directly.
    private const int ZeroPoint = 128;

    /// <summary>The element type of activations.</summary>
    public DataType Type => precision == Precision.Float16 ? DataType.Float16 : DataType.Float;

    /// <summary>Whether weights are bytes with scales.</summary>
    public bool IsQuantised => precision.StoresBytes();

    /// <summary>The value added to masked scores: 0 after softmax, and within the type's range.</summary>
    public double MaskFilter => precision == Precision.Float16 ? -30000 : -1e30;

    /// <summary>Returns the layer's output for <paramref name="x"/>.</summary>
    public string Apply(OnnxGraph graph, string x, string name, bool bias = true) =>
        ApplyPrepared(graph, Prepare(graph, x), name, bias);

    /// <summary>Prepares an input shared by several layers: at int8, quantises it.</summary>
    public Prepared Prepare(OnnxGraph graph, string x)
    {
        if (precision != Precision.Int8)
        {
            return new Prepared(x, null);
        }

        // One scale per row, so that the other rows of the batch don't change a row's bytes.
        var largest = graph.Op("ReduceMax", [graph.Op("Abs", [x]), graph.Integers(1)], ("keepdims", 0));
        var floor = graph.Scalar(DataType.Float, 1e-20);
        var scale = graph.Op("Div", [graph.Op("Max", [largest, floor]), graph.Scalar(DataType.Float, 127)]);
        var zeroPoint = graph.Op("Expand", [graph.Scalar(DataType.Uint8, ZeroPoint), graph.Op("Shape", [scale])]);
        var bytes = graph.Op("QuantizeLinear", [x, scale, zeroPoint], ("axis", 0));
        return new Prepared(bytes, graph.Op("Unsqueeze", [scale, graph.Integers(1)]));
    }

    /// <summary>Returns the layer's output for a prepared input.</summary>
    public string ApplyPrepared(OnnxGraph graph, Prepared x, string name, bool bias = true)
    {
        var weight = name + ".weight";
        if (precision == Precision.Int8Weights)
        {
            // ONNX Runtime folds these constants when the model is loaded, so that the product is one of singles.
            var single = graph.Op("Mul", [graph.Op("Cast", [graph.Weight(weight)], ("to", (int)DataType.Float)), graph.Weight(weight + "_scale")]);
            var y = graph.Op("MatMul", [x.Value, single]);
            return bias ? graph.Op("Add", [y, graph.Weight(name + ".bias")]) : y;
        }

        if (x.Scale is null)
        {
            string[] inputs = bias ? [x.Value, graph.Weight(weight), graph.Weight(name + ".bias")] : [x.Value, graph.Weight(weight)];
            return graph.Op("Gemm", inputs, ("transB", 1));
        }

        var product = graph.Contrib("MatMulIntegerToFloat", [
            x.Value,
            graph.Weight(weight),
            graph.Scalar(DataType.Float, 1),
            graph.Weight(weight + "_scale"),
            graph.Scalar(DataType.Uint8, ZeroPoint)]);
        var scaled = graph.Op("Mul", [product, x.Scale]);
        return bias ? graph.Op("Add", [scaled, graph.Weight(name + ".bias")]) : scaled;
    }

    /// <summary>A dense layer's input; at int8, bytes with zero point 128 and one scale per row, [rows, 1].</summary>
    internal readonly record struct Prepared(string Value, string? Scale);
}
