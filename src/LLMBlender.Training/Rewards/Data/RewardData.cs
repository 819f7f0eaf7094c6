using LLMBlender.Training.Data;
using LLMBlender.Training.Rewards.Runs;

namespace LLMBlender.Training.Rewards.Data;

/// <summary>A reward run's files, tokenised once; records that are held out are left aside.</summary>
internal sealed class RewardData
{
    private readonly List<Passage> passages = [];
    private readonly Lazy<MadeUpPairs> madeUp;

    /// <exception cref="DataException">A file can't be read or used.</exception>
    public RewardData(RewardRunConfig config, Lexicon lexicon)
    {
        var pools = new Dictionary<string, GroupPool>(StringComparer.Ordinal);
        foreach (var pairs in config.Pairs.SelectMany(DataFiles.Read<PairRecord>).Where(pair => !HeldOut.Contains(pair)).GroupBy(pair => pair.Source))
        {
            AnswerGroup[] groups = [.. pairs.Select(pair => Group(pair, config.Certainty, lexicon))];
            pools[pairs.Key] = new GroupPool(pairs.Key, groups.Length, (i, _) => groups[i], config.Seed);
            passages.AddRange(pairs.Select(pair => new Passage(pair.Prompt, pair.Chosen)));
        }

        foreach (JudgedSets source in config.CandidateSets)
        {
            ScoredSet[] sets = [.. Sets(source, lexicon)];
            pools[source.Tag] = new GroupPool(
                source.Tag, sets.Length, (i, random) => sets[i].Draw(source.MostAnswers, random), config.Seed);
        }

        foreach (CorpusRecord text in config.Corpus.SelectMany(DataFiles.Read<CorpusRecord>).Where(text => !HeldOut.Contains(text)))
        {
            passages.Add(new Passage(text.Prompt, text.Text));
        }

        Pools = pools;
        madeUp = new Lazy<MadeUpPairs>(() => new MadeUpPairs(passages, lexicon, ownPrompts: false));
    }

    /// <summary>Groups to train on, by tag.</summary>
    public IReadOnlyDictionary<string, GroupPool> Pools { get; }

    /// <summary>Made-up pairs to train on.</summary>
    public MadeUpPairs MadeUp => madeUp.Value;

    private static AnswerGroup Group(PairRecord pair, double certainty, Lexicon lexicon) => AnswerGroup.BestFirst(
        pair.Source, lexicon.Encode(pair.Prompt), [lexicon.Encode(pair.Chosen), lexicon.Encode(pair.Rejected)], (float)certainty);

    private static IEnumerable<ScoredSet> Sets(JudgedSets source, Lexicon lexicon)
    {
        foreach (CandidateSetRecord set in DataFiles.Read<CandidateSetRecord>(source.File).Where(set => !HeldOut.Contains(set.Prompt.Length > 0 ? set.Prompt : set.Id)))
        {
            CandidateRecord[] judged = [.. set.Candidates.Where(candidate => source.Scores.Any(candidate.Scores.ContainsKey))];
            if (judged.Length >= 2)
            {
                yield return new ScoredSet(
                    source.Tag,
                    lexicon.Encode(set.Prompt),
                    [.. judged.Select(candidate => lexicon.Encode(candidate.Text))],
                    [.. judged.Select(candidate => source.Scores.Where(candidate.Scores.ContainsKey).Average(score => candidate.Scores[score]))],
                    source.Scale);
            }
        }
    }
}
