using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx.T5;

/// <summary>
/// Layers common to T5's encoder and decoder: pre-norm layers, x + f(RMSNorm(x)), without biases. The residual stream and the second half
/// of the feed-forward layer are single at every precision, because trained T5s overflow half there.
/// </summary>
internal sealed class T5Layers(T5Config config, OnnxGraph graph, Precision precision)
{
    private readonly DenseLayers dense = new(precision);
    private readonly DenseLayers wide = new(precision == Precision.Float16 ? Precision.Float32 : precision);

    /// <summary>Embedding rows of int32 ids in any shape, [ids, hidden], single.</summary>
    public string Embed(string ids)
    {
        var flat = graph.Op("Reshape", [ids, graph.Integers(-1)]);
        var rows = Single(graph.Op("Gather", [graph.Weight(T5Tensors.Shared), flat], ("axis", 0)));
        return precision.StoresBytes()
            ? graph.Op("Mul", [rows, graph.Op("Gather", [graph.Weight(T5Tensors.Shared + "_scale"), flat], ("axis", 0))])
            : rows;
    }

    /// <summary>x / √(mean(x²) + ε) · weight, single.</summary>
    public string Norm(string x, string name) => graph.Op(
        "SimplifiedLayerNormalization",
        [x, graph.Weight(name + ".weight")],
        ("axis", -1),
        ("epsilon", config.NormEpsilon),
        ("stash_type", 1));

    /// <summary>Prepares an input of type single that several layers share.</summary>
    public DenseLayers.Prepared Prepare(string x) => dense.Prepare(graph, Narrow(x));

    /// <summary>A dense layer's output, in the type of the precision.</summary>
    public string Project(DenseLayers.Prepared x, string name) => dense.ApplyPrepared(graph, x, name, bias: false);

    /// <summary>x plus a dense layer of <paramref name="added"/>, which is in the type of the precision; single.</summary>
    public string AddProjected(string x, string added, string name) =>
        graph.Op("Add", [x, Single(dense.Apply(graph, added, name, bias: false))]);

    /// <summary>x plus its feed-forward layer.</summary>
    public string FeedForward(string x, string layer)
    {
        var name = layer + "DenseReluDense.";
        var input = Prepare(Norm(x, layer + "layer_norm"));
        var inner = config.IsGated
            ? graph.Op("Mul", [Activate(Single(Project(input, name + "wi_0"))), Single(Project(input, name + "wi_1"))])
            : Activate(Single(Project(input, name + "wi")));
        return graph.Op("Add", [x, wide.Apply(graph, inner, name + "wo", bias: false)]);
    }

    /// <summary>Logits of normed states, [rows, vocabulary], single.</summary>
    public string Head(string x)
    {
        if (config.ScalesOutput)
        {
            x = graph.Op("Mul", [x, graph.Scalar(DataType.Float, Math.Pow(config.Hidden, -0.5))]);
        }

        var ownsHead = !config.IsTied || precision.StoresBytes();
        return Single(Project(Prepare(x), ownsHead ? "lm_head" : "shared"));
    }

    /// <summary>A relative table as heads × buckets, single, gathered at <paramref name="buckets"/>: [heads, …].</summary>
    public string Bias(string stack, string buckets)
    {
        var table = graph.Op("Transpose", [graph.Weight($"{stack}.block.0.{T5Tensors.RelativeBias}")], ("perm", new long[] { 1, 0 }));
        return graph.Op("Gather", [table, buckets], ("axis", 1));
    }

    /// <summary>Converts the type of the precision to single.</summary>
    public string Single(string x) =>
        precision == Precision.Float32 ? x : graph.Op("Cast", [x], ("to", (int)DataType.Float));

    /// <summary>Converts single to the type of the precision.</summary>
    public string Narrow(string x) =>
        precision == Precision.Float16 ? graph.Op("Cast", [x], ("to", (int)DataType.Float16)) : x;

    private string Activate(string x) => config.Activation switch
    {
        T5Activation.Relu => graph.Op("Relu", [x]),
        T5Activation.Gelu => graph.Op("Gelu", [x]),
        T5Activation.TanhGelu => graph.Op("Gelu", [x], ("approximate", "tanh")),
        _ => graph.Op("Mul", [x, graph.Op("Sigmoid", [x])]),
    };
}
