using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Evaluation;

/// <summary>Reads files and measures a ranker on them.</summary>
/// <param name="scorer">Scores pairs.</param>
/// <param name="lexicon">Tokenises texts.</param>
/// <param name="limit">Most records of each file, from its start.</param>
internal sealed class Evaluator(PairScorer scorer, Lexicon lexicon, int limit)
{
    private const int MadeUpSeed = 20230605;

    /// <summary>Accuracy on all pairs of a file.</summary>
    public IEnumerable<Finding> Pairs(string file) => Pairs(file, _ => true);

    /// <summary>Accuracy on the held-out pairs of a training file; see <see cref="HeldOut"/>.</summary>
    public IEnumerable<Finding> HeldOutPairs(string file) => Pairs(file, HeldOut.Contains);

    /// <summary>Accuracy on made-up pairs from a corpus' held-out texts, <paramref name="count"/> of each kind.</summary>
    public IEnumerable<Finding> MadeUp(string file, int count)
    {
        var passages = DataFiles.Read<CorpusRecord>(file).Where(HeldOut.Contains).Select(text => new Passage(text.Prompt, text.Text));
        var madeUp = new MadeUpPairs(passages, lexicon, ownPrompts: true);
        var random = new Random(MadeUpSeed);
        TrainingPair[] pairs =
        [
            .. MadeUpPairs.Tags.SelectMany(tag => Enumerable.Range(0, count)
                .Select(_ => madeUp.Next(tag, scorer.CandidateMaxLength, random))),
        ];
        return PairEvaluation.Run(Path.GetFileName(file), pairs, scorer);
    }

    /// <summary>Choice and order of candidates against a judge's scores.</summary>
    public IEnumerable<Finding> CandidateSets(string file, string score) => CandidateSetEvaluation.Run(
        Path.GetFileName(file), DataFiles.Read<CandidateSetRecord>(file).Take(limit), score, lexicon, scorer);

    private IEnumerable<Finding> Pairs(string file, Func<PairRecord, bool> wanted)
    {
        TrainingPair[] pairs =
            [.. DataFiles.Read<PairRecord>(file).Where(wanted).Take(limit).Select(pair => TrainingData.Encode(pair, lexicon))];
        return pairs.Length == 0
            ? throw new DataException($"{file}: holds no pair to evaluate on")
            : PairEvaluation.Run(Path.GetFileName(file), pairs, scorer);
    }
}
