using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx.ModernBert;

namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>The ModernBERT family, which includes Ettin's encoders.</summary>
internal sealed class ModernBertFamily(ModernBertConfig config) : EncoderFamily
{
    private const string HeadDense = "head.dense";
    private const string HeadNorm = "head.norm";

    /// <inheritdoc/>
    public override string Name => "ModernBERT encoder";

    /// <inheritdoc/>
    public override int Hidden => config.Hidden;

    /// <inheritdoc/>
    public override int Layers => config.IsLocal.Count;

    /// <inheritdoc/>
    public override int VocabularyRows => config.VocabularySize;

    /// <inheritdoc/>
    public override int EmbeddingSize => config.Hidden;

    /// <inheritdoc/>
    public override double LayerNormEpsilon => config.LayerNormEpsilon;

    /// <inheritdoc/>
    public override int? MaxTokens => config.MaxTokens;

    /// <inheritdoc/>
    public override string Words => Prefix + ModernBertTensors.Words;

    /// <inheritdoc/>
    public override ClassifierHead Classifier => new(HeadDense, "Gelu", "classifier")
    {
        HasInnerBias = config.HasClassifierBias,
        Norm = HeadNorm,
        HasNormBias = config.HasNormBias,
        PoolsMean = config.PoolsMean,
    };

    /// <inheritdoc/>
    public override MaskedHead Masked => new(HeadDense, HeadNorm, config.HasDecoderBias ? "decoder.bias" : null)
    {
        HasDenseBias = config.HasClassifierBias,
        HasNormBias = config.HasNormBias,
    };

    /// <inheritdoc/>
    public override void Declare(Checkpoint checkpoint, StoredWeights weights)
    {
        foreach (var spec in ModernBertTensors.Of(config, Prefix))
        {
            weights.Add(checkpoint, spec);
        }

        foreach (var isLocal in config.IsLocal.Distinct())
        {
            weights.Add(
                ModernBertTensors.Frequencies(isLocal),
                [config.HeadSize / 2],
                () => ModernBertTensors.ComputeFrequencies(config.HeadSize, isLocal ? config.LocalTheta : config.GlobalTheta),
                TensorUse.Wide);
        }
    }

    /// <inheritdoc/>
    public override IEncoderLayers Begin(OnnxGraph graph, DenseLayers dense, bool isOneType = false) => new ModernBertGraph(config, graph, dense, Prefix);
}
