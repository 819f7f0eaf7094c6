using LLMBlender.Training.Data;
using LLMBlender.Training.Rewards.Data.Facts;
using LLMBlender.Training.Rewards.Runs;

namespace LLMBlender.Training.Rewards.Data;

/// <summary>A reward run's files, tokenised once; records that are held out are left aside.</summary>
internal sealed class RewardData
{
    /// <summary>The name under which a mixture holds the share of plain questions.</summary>
    public const string PlainTag = "plain";

    private const int BadPerAnswer = 3;
    private const float PlainCertainty = 0.98f;

    // Off-topic answers fit now and then, and a cut may fall where it can't be seen.
    private const float MadeUpCertainty = 0.97f;
    private readonly List<Passage> passages = [];
    private readonly Lexicon lexicon;
    private readonly PlainQuestions? questions;
    private readonly Lazy<MadeUpPairs> madeUp;

    /// <exception cref="DataException">A file can't be read or used.</exception>
    public RewardData(RewardRunConfig config, Lexicon lexicon)
    {
        this.lexicon = lexicon;
        questions = config.PlainFacts is { } facts ? PlainQuestions.Load(facts) : null;
        var pools = new Dictionary<string, GroupPool>(StringComparer.Ordinal);
        foreach (var pairs in config.Pairs.SelectMany(DataFiles.Read<PairRecord>).Where(pair => !HeldOut.Contains(pair)).GroupBy(pair => pair.Source))
        {
            AnswerGroup[] groups = [.. pairs.Select(pair => Group(pair, config.Certainty, lexicon))];
            pools[pairs.Key] = new GroupPool(pairs.Key, groups.Length, (i, _) => groups[i], config.Seed);
            passages.AddRange(pairs.Select(pair => new Passage(pair.Prompt, pair.Chosen)));
        }

        foreach (JudgedSets source in config.CandidateSets)
        {
            ScoredSet[] sets = [.. ScoredSets.Read(source, lexicon)];
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

    /// <summary>A whole answer and bad ones: damaged, to another prompt, or saying nothing.</summary>
    public AnswerGroup BadAnswers(Mixture mixture, Random random)
    {
        var (prompt, whole, bad) = madeUp.Value.Group(mixture.MadeUpKinds!, BadPerAnswer, mixture.CandidateMaxLength, random);
        return AnswerGroup.BestFirst(
            Mixture.MadeUp, lexicon.Encode(prompt), [.. bad.Prepend(whole).Select(lexicon.Encode)], MadeUpCertainty);
    }

    /// <summary>A plain question with right and wrong answers.</summary>
    public AnswerGroup Plain(Random random)
    {
        PlainQuestion question = questions!.Next(random);
        return AnswerGroup.BestFirst(
            PlainTag, lexicon.Encode(question.Question), [.. question.Wrong.Prepend(question.Right).Select(lexicon.Encode)], PlainCertainty);
    }

    private static AnswerGroup Group(PairRecord pair, double certainty, Lexicon lexicon) => AnswerGroup.BestFirst(
        pair.Source, lexicon.Encode(pair.Prompt), [lexicon.Encode(pair.Chosen), lexicon.Encode(pair.Rejected)], (float)certainty);
}
