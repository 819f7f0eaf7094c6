using LLMBlender.Core.Evaluation;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Models;

/// <summary>BERTScore's F1 over an imported encoder.</summary>
/// <param name="encoder">The encoder; disposed with the metric.</param>
/// <param name="scorer">Computes the token vectors of texts.</param>
/// <param name="baseline">The baseline to rescale scores with; null for unscaled scores.</param>
internal sealed class BertScoreMetric(EncoderModel encoder, BertScorer scorer, BertScore? baseline) : IQualityMetric, IDisposable
{
    private static readonly string[] Keys = ["layer", "idf", "baseline"];

    /// <inheritdoc/>
    public string Name => "bertscore";

    /// <summary>
    /// Creates the metric from <c>MODEL[+layer=N][+idf=FILE][+baseline=FILE]</c>: the layer (by default bert_score's for
    /// encoders of 12 and 24 layers), a file of records whose <c>output</c> is used to compute idf weights, and bert_score's
    /// baseline table.
    /// </summary>
    /// <exception cref="UsageException">A setting is invalid.</exception>
    public static BertScoreMetric Make(string argument, EvaluationSetup setup)
    {
        var model = ModelArgument.Read(argument, setup, Keys);
        var encoder = Loading.Guard(model.Folder, () => EncoderModel.Load(model.Folder, new EncoderOptions { Accelerator = setup.Accelerator }));
        try
        {
            return Make(argument, model, encoder);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public double[] Score(string source, string reference, IReadOnlyList<string> candidates)
    {
        var vectors = scorer.Read([scorer.Encode(reference), .. candidates.Select(scorer.Encode)]);
        return [.. vectors.Skip(1).Select(candidate => Finish(BertScore.Of(candidate, vectors[0])).F1)];
    }

    /// <inheritdoc/>
    public void Dispose() => encoder.Dispose();

    private static BertScoreMetric Make(string argument, ModelArgument model, EncoderModel encoder)
    {
        var layer = model.Number("layer", 0) ?? BertScorer.UsualLayer(encoder.Manifest.Origin, encoder.Layers) ?? throw new UsageException(
            $"metric \"bertscore:{argument}\" needs layer=N: no layer is usual for an encoder of {encoder.Layers} layers");
        if (layer > encoder.Layers)
        {
            throw new UsageException($"metric \"bertscore:{argument}\": layer is {layer}, and the encoder has {encoder.Layers}");
        }

        var scorer = new BertScorer(encoder, layer);
        if (model.Text("idf") is { } file)
        {
            scorer.Rarity = new TokenRarity(ReferenceTexts.Read(file).Select(scorer.Encode));
        }

        return new BertScoreMetric(encoder, scorer, model.Text("baseline") is { } table ? BertScoreBaselines.Read(table, layer) : null);
    }

    private BertScore Finish(BertScore score) => baseline is { } known ? score.Rescaled(known) : score;
}
