using LLMBlender.Core.Ranking;
using LLMBlender.Inference;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Models;

/// <summary>A ranker that scores each candidate independently with an imported model.</summary>
/// <param name="name">Its name in tables.</param>
/// <param name="model">The model; disposed with the ranker.</param>
/// <param name="score">Scores a record's candidates with the model.</param>
internal sealed class ModelRanker(string name, IDisposable model, Func<string, IReadOnlyList<string>, CancellationToken, double[]> score)
    : ICandidateRanker, IDisposable
{
    /// <inheritdoc/>
    public string Name => name;

    /// <summary>
    /// Creates the ranker from <c>MODEL[+encoding=pair|single][+max-length=N]</c>, according to the kind in its manifest. A
    /// classifier encodes source and answer as a pair, or as one text with the answer after the source. Its score is the logit
    /// of its one label, or the difference of the logits of its two labels.
    /// </summary>
    /// <exception cref="UsageException">The argument is invalid.</exception>
    /// <exception cref="ModelException">The model's kind is not a ranker.</exception>
    public static ModelRanker Make(string argument, EvaluationSetup setup)
    {
        var model = ModelArgument.Read(argument, setup, "encoding", "max-length");
        var isPair = model.Text("encoding") switch
        {
            null or "pair" => true,
            "single" => false,
            var other => throw new UsageException($"\"{argument}\": encoding is \"{other}\", and must be pair or single"),
        };
        var options = new EncoderOptions { Accelerator = setup.Accelerator, MaxLength = model.Number("max-length", 4) };
        return Loading.Guard(model.Folder, () => Load(model.Folder, options, isPair));
    }

    /// <summary>Loads a ranker according to the kind in its manifest.</summary>
    /// <exception cref="ModelException">The model's kind is not a ranker.</exception>
    public static ModelRanker Load(string folder, EncoderOptions options, bool isPair)
    {
        var manifest = ModelManifest.Read(folder);
        return manifest.Kind switch
        {
            ModelKind.Classifier => Of(ClassifierModel.Load(folder, options), model => Reward(model, folder, isPair)),
            ModelKind.SummaReranker => Of(ClassifierModel.Load(folder, options), model => Reward(model, folder, isPair: true)),
            ModelKind.SimCls => Of(EmbeddingModel.Load(folder, options), SimCls),
            ModelKind.MlmScorer => Of(MaskedLanguageModel.Load(folder, options), MlmScoring),
            _ => throw new ModelException(
                folder,
                $"is a {manifest.Kind}, and these rank: {ModelKind.Classifier}, {ModelKind.SummaReranker}, {ModelKind.SimCls}, {ModelKind.MlmScorer}"),
        };

        ModelRanker Of<T>(T model, Func<T, Func<string, IReadOnlyList<string>, CancellationToken, double[]>> scoring)
            where T : IDisposable
        {
            try
            {
                return new ModelRanker(manifest.Id, model, scoring(model));
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public Task<double[]> ScoreAsync(string source, IReadOnlyList<string> candidates, CancellationToken cancellationToken = default) =>
        Task.Run(() => score(source, candidates, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private static Func<string, IReadOnlyList<string>, CancellationToken, double[]> Reward(ClassifierModel model, string folder, bool isPair)
    {
        if (model.Labels > 2 && model.Manifest.Kind != ModelKind.SummaReranker)
        {
            throw new ModelException(folder, $"has {model.Labels} labels: a reward model has one, or two of which the second is good");
        }

        return (source, candidates, cancellationToken) =>
        [
            .. model.Score([.. candidates.Select(text => isPair ? (source, (string?)text) : ($"{source}\n{text}", null))], cancellationToken)
                .Select(labels => RewardModel.ScoreOf(model.Manifest.Kind, labels)),
        ];
    }

    private static Func<string, IReadOnlyList<string>, CancellationToken, double[]> SimCls(EmbeddingModel model) =>
        (source, candidates, cancellationToken) =>
        {
            var vectors = model.Embed([source, .. candidates], cancellationToken);
            return [.. vectors.Skip(1).Select(vector => (double)System.Numerics.Tensors.TensorPrimitives.CosineSimilarity<float>(vectors[0], vector))];
        };

    private static Func<string, IReadOnlyList<string>, CancellationToken, double[]> MlmScoring(MaskedLanguageModel model) =>
        (_, candidates, cancellationToken) => [.. model.Score(candidates, cancellationToken).Select(likelihood => likelihood.Sum)];
}
