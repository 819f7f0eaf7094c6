using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx.Bert;

namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>The BERT and RoBERTa family.</summary>
internal sealed class BertFamily(BertConfig config) : EncoderFamily
{
    /// <summary>Whether the head layout is RoBERTa's.</summary>
    public bool IsRoberta => config.RobertaPadding is not null;

    /// <inheritdoc/>
    public override string Name => IsRoberta ? "RoBERTa encoder" : "BERT encoder";

    /// <inheritdoc/>
    public override int Hidden => config.Hidden;

    /// <inheritdoc/>
    public override int Layers => config.Layers;

    /// <inheritdoc/>
    public override int VocabularyRows => config.VocabularySize;

    /// <inheritdoc/>
    public override int EmbeddingSize => config.Hidden;

    /// <inheritdoc/>
    public override double LayerNormEpsilon => config.LayerNormEpsilon;

    /// <inheritdoc/>
    public override int? MaxTokens => config.MaxTokens;

    /// <inheritdoc/>
    public override ClassifierHead Classifier => IsRoberta
        ? new("classifier.dense", "Tanh", "classifier.out_proj")
        : new(Prefix + "pooler.dense", "Tanh", "classifier");

    /// <inheritdoc/>
    public override MaskedHead Masked => IsRoberta ? new("lm_head.dense", "lm_head.layer_norm", "lm_head.bias") : MaskedHead.OfBert;

    /// <inheritdoc/>
    public override void Declare(Checkpoint checkpoint, StoredWeights weights)
    {
        foreach (var spec in BertTensors.Of(config, Prefix))
        {
            weights.Add(checkpoint, spec);
        }
    }

    /// <inheritdoc/>
    public override IEncoderLayers Begin(OnnxGraph graph, DenseLayers dense, bool isOneType = false) =>
        new BertGraph(config, graph, dense, Prefix, isOneType);
}
