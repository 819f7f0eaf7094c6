using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx.Deberta;

namespace LLMBlender.Inference.Onnx.Encoders;

/// <summary>The DeBERTa-v2 and v3 family.</summary>
/// <param name="config">The encoder's shape.</param>
/// <param name="rows">Rows of the word embedding; a ranker may have fewer than its backbone.</param>
internal sealed class DebertaFamily(DebertaConfig config, int rows) : EncoderFamily
{
    /// <inheritdoc/>
    public override string Name => "DeBERTa-v2 encoder";

    /// <inheritdoc/>
    public override int Hidden => config.Hidden;

    /// <inheritdoc/>
    public override int Layers => config.Layers;

    /// <inheritdoc/>
    public override int VocabularyRows => rows;

    /// <inheritdoc/>
    public override int EmbeddingSize => config.EmbeddingSize;

    /// <inheritdoc/>
    public override double LayerNormEpsilon => config.LayerNormEpsilon;

    /// <inheritdoc/>
    public override int? MaxTokens => null;

    /// <inheritdoc/>
    public override ClassifierHead Classifier => new("pooler.dense", "Gelu", "classifier");

    /// <inheritdoc/>
    public override MaskedHead Masked => MaskedHead.OfBert;

    /// <inheritdoc/>
    public override void Declare(Checkpoint checkpoint, StoredWeights weights)
    {
        var tables = DebertaTensors.OfRelativeTables(config, Prefix).ToList();
        foreach (var spec in DebertaTensors.OfGraph(config, Prefix, rows).Concat(tables))
        {
            weights.Add(checkpoint, spec);
        }

        if (tables.Count > 0)
        {
            DeclareRelativeTables(checkpoint, weights);
        }
    }

    /// <inheritdoc/>
    public override IEncoderLayers Begin(OnnxGraph graph, DenseLayers dense, bool isOneType = false) => new DebertaGraph(config, graph, dense, Prefix);

    private void DeclareRelativeTables(Checkpoint checkpoint, StoredWeights weights)
    {
        var table = new Lazy<float[]>(() => RelativeTables.Normalise(
            checkpoint.Read(Prefix + "encoder.rel_embeddings.weight"),
            config.Hidden,
            config.NormaliseRelative
                ? (checkpoint.Read(Prefix + "encoder.LayerNorm.weight"), checkpoint.Read(Prefix + "encoder.LayerNorm.bias"))
                : null,
            config.LayerNormEpsilon));
        float[] Project(int layer, string own, string shared, bool rowsLast)
        {
            var name = $"{Prefix}encoder.layer.{layer}.attention.self.{(config.ShareAttentionKey ? shared : own)}";
            return RelativeTables.Project(
                table.Value, config.Hidden, checkpoint.Read(name + ".weight"), checkpoint.Read(name + ".bias"),
                config.HeadSize, config.ScoreScale, rowsLast);
        }

        long heads = config.Heads, size = config.HeadSize, span = 2 * config.Span;
        for (var i = 0; i < config.Layers; i++)
        {
            var layer = i;
            if (config.ContentToPosition)
            {
                weights.Add(PositionTables.KeyName(layer), [heads, size, span], () => Project(layer, "pos_key_proj", "key_proj", rowsLast: true));
            }

            if (config.PositionToContent)
            {
                weights.Add(PositionTables.QueryName(layer), [heads, span, size], () => Project(layer, "pos_query_proj", "query_proj", rowsLast: false));
            }
        }
    }
}
