using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Training.Data;
using LLMBlender.Training.Network;
using LLMBlender.Training.Rewards.Runs;
using LLMBlender.Training.Runs;
using TorchSharp;
using RankerTokens = LLMBlender.Training.Runs.RankerTokens;

namespace LLMBlender.Training.Evaluation;

/// <summary>A ranker to measure, of a model folder or of a pair ranker's checkpoint, with its tokenizer.</summary>
internal sealed class EvaluatedRanker : IDisposable
{
    // What the reference ranks with where a checkpoint names no lengths.
    private const int ReferenceSource = 1224;
    private const int ReferenceCandidate = 412;

    private readonly IDisposable model;

    private EvaluatedRanker(IPairScorer scorer, Func<string, int[]> encode, IDisposable model) =>
        (Scorer, Lexicon, this.model) = (scorer, new Lexicon(encode), model);

    public IPairScorer Scorer { get; }

    public Lexicon Lexicon { get; }

    /// <summary>Loads a ranker: a model folder runs as it will be used, a checkpoint's folder by the network that was trained.</summary>
    /// <exception cref="Inference.ModelException">The folder holds no ranker.</exception>
    public static EvaluatedRanker Load(string folder, (int? Source, int? Candidate) lengths, int workers)
    {
        if (!File.Exists(Path.Combine(folder, ModelManifest.FileName)))
        {
            return Checkpoint(folder, lengths, workers);
        }

        if (ModelManifest.Read(folder).Kind == ModelKind.Classifier)
        {
            RewardTokens tokens = RewardTokens.Load(folder);
            var classifier = ClassifierModel.Load(folder, new EncoderOptions { Threads = workers });
            return new EvaluatedRanker(new ClassifierScorer(classifier, tokens, lengths.Candidate), tokens.Encode, classifier);
        }

        var model = PairRankerModel.Load(folder, new PairRankerOptions
        {
            SourceMaxLength = lengths.Source,
            CandidateMaxLength = lengths.Candidate,
            Threads = workers,
        });
        var scorer = new PackagedScorer(model, lengths.Candidate ?? model.Manifest.CandidateMaxLength ?? ReferenceCandidate);
        return new EvaluatedRanker(scorer, RankerTokens.Load(folder).Encode, model);
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private static EvaluatedRanker Checkpoint(string folder, (int? Source, int? Candidate) lengths, int workers)
    {
        torch.set_num_threads(1);
        PairRankerNetwork network = NetworkWeights.LoadRanker(folder);
        RankerTokens tokens = RankerTokens.Load(folder);
        var scorer = new PairScorer(network, tokens.Layout, workers)
        {
            SourceMaxLength = lengths.Source ?? Own(network.Config.SourceMaxLength, ReferenceSource),
            CandidateMaxLength = lengths.Candidate ?? Own(network.Config.CandidateMaxLength, ReferenceCandidate),
        };
        return new EvaluatedRanker(scorer, tokens.Encode, network);
    }

    private static int Own(int length, int otherwise) => length > 0 ? length : otherwise;
}
