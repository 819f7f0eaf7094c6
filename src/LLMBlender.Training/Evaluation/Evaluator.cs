using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Evaluation;

/// <summary>Reads files and measures a ranker on them.</summary>
/// <param name="scorer">Scores pairs.</param>
/// <param name="lexicon">Tokenises texts.</param>
/// <param name="limit">Most records of each file, from its start.</param>
/// <param name="bagPairs">Pairs to fit the bag of words to, which then stands beside the ranker.</param>
internal sealed class Evaluator(IPairScorer scorer, Lexicon lexicon, int limit, string? bagPairs = null)
{
    private const int MadeUpSeed = 20230605;

    private readonly BagOfWords? bag = bagPairs is null
        ? null
        : BagOfWords.Fit([.. DataFiles.Read<PairRecord>(bagPairs).Select(pair => TrainingData.Encode(pair, lexicon))]);

    /// <summary>Accuracy on all pairs of a file.</summary>
    public IEnumerable<Finding> Pairs(string file) => Pairs(file, _ => true);

    /// <summary>Accuracy on the held-out pairs of a training file; see <see cref="HeldOut"/>.</summary>
    public IEnumerable<Finding> HeldOutPairs(string file) => Pairs(file, HeldOut.Contains);

    /// <summary>Accuracy on made-up pairs from a corpus' held-out texts, <paramref name="count"/> of each kind.</summary>
    public IEnumerable<Finding> MadeUp(string file, int count) => MadeUp(
        Path.GetFileName(file),
        DataFiles.Read<CorpusRecord>(file).Where(HeldOut.Contains).Select(text => new Passage(text.Prompt, text.Text)),
        count);

    /// <summary>Accuracy on made-up pairs from all candidates of sets, <paramref name="count"/> of each kind.</summary>
    public IEnumerable<Finding> MadeUpOfSets(string file, int count) => MadeUp(
        Path.GetFileName(file),
        DataFiles.Read<CandidateSetRecord>(file).Take(limit)
            .SelectMany(set => set.Candidates.Select(candidate => new Passage(set.Prompt, candidate.Text))),
        count);

    /// <summary>Choice and order of candidates against a judge's scores, and how often <paramref name="other"/> chooses the same.</summary>
    public IEnumerable<Finding> CandidateSets(string file, string score, IPairScorer? other) => CandidateSetEvaluation.Run(
        Path.GetFileName(file), DataFiles.Read<CandidateSetRecord>(file).Take(limit), score, lexicon, scorer, bag, other);

    /// <summary>Accuracy on plain questions, each with a right and a wrong answer.</summary>
    public IEnumerable<Finding> PlainCases(string file) => PairEvaluation.Run(
        Path.GetFileName(file), [.. DataFiles.Read<PlainCase>(file).Select(one => TrainingData.Encode(one, lexicon))], scorer);

    private IEnumerable<Finding> MadeUp(string data, IEnumerable<Passage> passages, int count)
    {
        var madeUp = new MadeUpPairs(passages, lexicon, ownPrompts: true);
        var random = new Random(MadeUpSeed);
        TrainingPair[] pairs =
        [
            .. MadeUpPairs.Tags.SelectMany(tag => Enumerable.Range(0, count)
                .Select(_ => madeUp.Next(tag, scorer.CandidateMaxLength, random))),
        ];
        return PairEvaluation.Run(data, pairs, scorer);
    }

    private IEnumerable<Finding> Pairs(string file, Func<PairRecord, bool> wanted)
    {
        TrainingPair[] pairs =
            [.. DataFiles.Read<PairRecord>(file).Where(wanted).Take(limit).Select(pair => TrainingData.Encode(pair, lexicon))];
        return pairs.Length == 0
            ? throw new DataException($"{file}: holds no pair to evaluate on")
            : PairEvaluation.Run(Path.GetFileName(file), pairs, scorer, bag);
    }
}
