using DataType = LLMBlender.Inference.Onnx.Wire.TensorProto.Types.DataType;

namespace LLMBlender.Inference.Onnx.Bart;

/// <summary>
/// BART, teacher-forced: the likelihood of a target given a source. Inputs: <c>input_ids</c>, <c>attention_mask</c> int32 [batch, source];
/// <c>decoder_input_ids</c> int32 and <c>targets</c> int64 [batch, target]. Outputs, float: <c>encoder_last_hidden_state</c> [batch,
/// source, hidden], <c>logits</c> [batch, target, vocabulary], and <c>log_probabilities</c> [batch, target] of the targets. Values after a
/// target's end are undefined.
/// </summary>
internal sealed class BartGraph
{
    public const string States = "encoder_last_hidden_state";
    public const string Logits = "logits";
    public const string LogProbabilities = "log_probabilities";
    public const string DecoderIds = "decoder_input_ids";
    public const string Targets = "targets";

    private readonly BartConfig config;
    private readonly Precision precision;
    private readonly OnnxGraph graph;
    private readonly DenseLayers dense;
    private readonly string mask;

    private BartGraph(BartConfig config, Precision precision, IWeights weights)
    {
        (this.config, this.precision) = (config, precision);
        graph = new OnnxGraph(weights);
        dense = new DenseLayers(precision);
        graph.Input("input_ids", DataType.Int32, "batch", "source");
        mask = graph.Input("attention_mask", DataType.Int32, "batch", "source");
        graph.Input(DecoderIds, DataType.Int32, "batch", "target");
        graph.Input(Targets, DataType.Int64, "batch", "target");
    }

    /// <summary>The graph in ONNX's wire format.</summary>
    public static byte[] Build(BartConfig config, Precision precision, IWeights weights) =>
        new BartGraph(config, precision, weights).Build();

    private byte[] Build()
    {
        var source = Embed("input_ids", "model.encoder.");
        for (var i = 0; i < config.EncoderLayers; i++)
        {
            var name = $"model.encoder.layers.{i}.";
            source = Attend(source, source, name + "self_attn", "input_ids", "input_ids", config.EncoderHeads, mask, isCausal: false);
            source = FeedForward(source, name);
        }

        graph.Output(States, Single(Shaped(source, "input_ids", config.Hidden)), DataType.Float, "batch", "source", config.Hidden);
        var target = Embed(DecoderIds, "model.decoder.");
        for (var i = 0; i < config.DecoderLayers; i++)
        {
            var name = $"model.decoder.layers.{i}.";
            target = Attend(target, target, name + "self_attn", DecoderIds, DecoderIds, config.DecoderHeads, "", isCausal: true);
            target = Attend(target, source, name + "encoder_attn", DecoderIds, "input_ids", config.DecoderHeads, mask, isCausal: false);
            target = FeedForward(target, name);
        }

        Score(target);
        return graph.Serialize();
    }

    private void Score(string target)
    {
        var head = precision.StoresBytes() ? BartTensors.Head : BartTensors.Shared;
        var logits = graph.Op("Add", [Single(dense.Apply(graph, target, head, bias: false)), graph.Weight(BartTensors.Bias)]);
        graph.Output(Logits, Shaped(logits, DecoderIds, config.VocabularySize), DataType.Float, "batch", "target", config.VocabularySize);
        var chosen = graph.Op("GatherElements", [
            graph.Op("LogSoftmax", [logits], ("axis", -1)), graph.Op("Reshape", [Targets, graph.Integers(-1, 1)])], ("axis", 1));
        graph.Output(LogProbabilities, graph.Op("Reshape", [chosen, graph.Op("Shape", [Targets])]), DataType.Float, "batch", "target");
    }

    private string Embed(string ids, string stack)
    {
        var words = graph.Op("Gather", [graph.Weight(BartTensors.Shared + ".weight"), ids], ("axis", 0));
        if (config.ScaleEmbedding)
        {
            words = graph.Op("Mul", [words, graph.Scalar(dense.Type, Math.Sqrt(config.Hidden))]);
        }

        var length = graph.Op("Squeeze", [graph.Op("Slice", [graph.Op("Shape", [ids]), graph.Integers(1), graph.Integers(2)])]);
        var offset = graph.Scalar(DataType.Int64, BartConfig.PositionOffset);
        var numbers = graph.Op("Range", [offset, graph.Op("Add", [length, offset]), graph.Scalar(DataType.Int64, 1)]);
        var positions = graph.Op("Gather", [graph.Weight(stack + "embed_positions.weight"), numbers], ("axis", 0));
        var sum = graph.Op("Reshape", [graph.Op("Add", [words, positions]), graph.Integers(-1, config.Hidden)]);
        return graph.Op(
            "LayerNormalization",
            [sum, graph.Weight(stack + "layernorm_embedding.weight"), graph.Weight(stack + "layernorm_embedding.bias")],
            ("axis", -1),
            ("epsilon", BartConfig.LayerNormEpsilon));
    }

    private string Attend(string x, string memory, string name, string asking, string asked, int heads, string padding, bool isCausal)
    {
        var queriesInput = dense.Prepare(graph, x);
        var memoryInput = x == memory ? queriesInput : dense.Prepare(graph, memory);
        var context = graph.Contrib(
            "MultiHeadAttention",
            [
                Shaped(dense.ApplyPrepared(graph, queriesInput, name + ".q_proj"), asking, config.Hidden),
                Shaped(dense.ApplyPrepared(graph, memoryInput, name + ".k_proj"), asked, config.Hidden),
                Shaped(dense.ApplyPrepared(graph, memoryInput, name + ".v_proj"), asked, config.Hidden),
                "",
                padding,
            ],
            ("num_heads", heads),
            ("unidirectional", isCausal ? 1 : 0),
            ("mask_filter_value", dense.MaskFilter));
        var flat = graph.Op("Reshape", [context, graph.Integers(-1, config.Hidden)]);
        return AddNorm(x, dense.Apply(graph, flat, name + ".out_proj"), name + "_layer_norm");
    }

    private string FeedForward(string x, string name)
    {
        var wide = graph.Op("Gelu", [dense.Apply(graph, x, name + "fc1")]);
        return AddNorm(x, dense.Apply(graph, wide, name + "fc2"), name + "final_layer_norm");
    }

    private string AddNorm(string x, string added, string name) => graph.Contrib(
        "SkipLayerNormalization",
        [x, added, graph.Weight(name + ".weight"), graph.Weight(name + ".bias")],
        ("epsilon", BartConfig.LayerNormEpsilon));

    private string Shaped(string rows, string like, long width) =>
        graph.Op("Reshape", [rows, graph.Op("Concat", [graph.Op("Shape", [like]), graph.Integers(width)], ("axis", 0))]);

    private string Single(string x) => precision == Precision.Float16 ? graph.Op("Cast", [x], ("to", (int)DataType.Float)) : x;
}
