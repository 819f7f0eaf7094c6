using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx;

/// <summary>Adds dense layers y = x·Wᵀ + b at one <see cref="Precision"/> to a graph. x is [rows, in]; W is stored as [out, in].</summary>
internal sealed class DenseLayers(Precision precision)
{
    // Bytes are unsigned with this zero point, the form that ONNX Runtime's integer matrix products use directly.
    private const int ZeroPoint = 128;

    // ONNX Runtime's level of accuracy at which the products' inputs are bytes.
    private const int ByteInputs = 4;

    // A power of two, so that dividing by it and multiplying with it loses no digit: results of up to 4 million fit half, and what becomes
    // subnormal is wrong by 2e-6 at most.
    private const int WideFactor = 64;

    /// <summary>The element type of dense layers' inputs and outputs.</summary>
    public DataType Type => precision == Precision.Float16 ? DataType.Float16 : DataType.Float;

    /// <summary>Whether weights are integers with scales.</summary>
    public bool IsQuantised => precision.StoresBytes();

    /// <summary>The value added to masked scores in single: 0 after softmax.</summary>
    public const double SingleMaskFilter = -1e30;

    /// <summary>The value added to masked scores of the layers' type: 0 after softmax, and within the type's range.</summary>
    public double MaskFilter => precision == Precision.Float16 ? -30000 : SingleMaskFilter;

    /// <summary>Returns the layer's output for <paramref name="x"/>.</summary>
    public string Apply(OnnxGraph graph, string x, string name, bool bias = true) =>
        ApplyPrepared(graph, Prepare(graph, x), name, bias);

    /// <summary>Returns the layer's output for an encoder's states, which are single at every precision.</summary>
    public string ApplyToStates(OnnxGraph graph, string states, string name, bool bias = true) =>
        ApplyPrepared(graph, PrepareStates(graph, states), name, bias);

    /// <summary>
    /// Returns the layer's output in single, for a sum with states. Half ends at 65,504, which the outputs of deep layers exceed; so at fp16
    /// a kernel, which sums in single, divides its result before it stores it.
    /// </summary>
    /// <param name="graph">Receives the nodes.</param>
    /// <param name="x">The input.</param>
    /// <param name="name">The layer's name.</param>
    /// <param name="bias">Whether it has a bias.</param>
    /// <param name="isDivided">Whether <see cref="DivideWide"/> has divided the input.</param>
    public string ApplyWide(OnnxGraph graph, string x, string name, bool bias = true, bool isDivided = false)
    {
        if (precision != Precision.Float16)
        {
            return Apply(graph, x, name, bias);
        }

        string[] inputs = bias ? [x, graph.Weight(name + ".weight"), graph.Weight(name + ".bias")] : [x, graph.Weight(name + ".weight")];
        var narrow = graph.Op("Gemm", inputs, ("transB", 1), ("alpha", isDivided ? 1.0 : 1.0 / WideFactor), ("beta", 1.0 / WideFactor));
        return graph.Op("Mul", [graph.Op("Cast", [narrow], ("to", (int)DataType.Float)), graph.Scalar(DataType.Float, WideFactor)]);
    }

    /// <summary>A factor of a product that may exceed half, divided at fp16 as much as <see cref="ApplyWide"/> multiplies.</summary>
    public string DivideWide(OnnxGraph graph, string x) =>
        precision == Precision.Float16 ? graph.Op("Mul", [x, graph.Scalar(DataType.Float16, 1.0 / WideFactor)]) : x;

    /// <summary>Prepares an encoder's states, which are single, as an input shared by several layers: at fp16 in half, at int8 quantised.</summary>
    public Prepared PrepareStates(OnnxGraph graph, string states) => Prepare(graph, FromSingle(graph, states));

    /// <summary>A value of the layers' type in single: embedding rows as an encoder's states, or what its attention multiplies.</summary>
    public string ToSingle(OnnxGraph graph, string x) =>
        precision == Precision.Float16 ? graph.Op("Cast", [x], ("to", (int)DataType.Float)) : x;

    /// <summary>A value in single as one of the layers' type.</summary>
    public string FromSingle(OnnxGraph graph, string x) =>
        precision == Precision.Float16 ? graph.Op("Cast", [x], ("to", (int)DataType.Float16)) : x;

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

        if (precision == Precision.Int4)
        {
            var blocks = graph.ShapeOf(weight);
            var sum = graph.Contrib(
                "MatMulNBits",
                [x.Value, graph.Weight(weight), graph.Weight(weight + "_scale")],
                ("K", (int)blocks[1] * FourBits.Block),
                ("N", (int)blocks[0]),
                ("bits", 4),
                ("block_size", FourBits.Block),
                ("accuracy_level", ByteInputs));
            return bias ? graph.Op("Add", [sum, graph.Weight(name + ".bias")]) : sum;
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
