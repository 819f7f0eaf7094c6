using LLMBlender.Training.Data;
using LLMBlender.Training.Teaching;

namespace LLMBlender.Training.Runs;

/// <summary>A run's files, tokenised once and parted into what is trained on and what is held out.</summary>
internal sealed class TrainingData
{
    private const int MostRivals = 60;
    private readonly Dictionary<string, List<TrainingPair>> train = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<TrainingPair>> heldOut = new(StringComparer.Ordinal);
    private readonly List<Passage> trainPassages = [];
    private readonly List<Passage> heldOutPassages = [];
    private readonly Lazy<MadeUpPairs> madeUp;
    private readonly Lazy<MadeUpPairs> heldOutMadeUp;
    private readonly Lexicon lexicon;
    private readonly ulong seed;

    /// <param name="config">Names the files.</param>
    /// <param name="lexicon">Tokenises them.</param>
    /// <param name="pieces">Text of each piece, by id.</param>
    /// <exception cref="DataException">A file can't be read or used.</exception>
    public TrainingData(RankerRunConfig config, Lexicon lexicon, IReadOnlyList<string> pieces)
    {
        this.lexicon = lexicon;
        seed = config.Seed;
        foreach (PairRecord pair in config.Pairs.SelectMany(DataFiles.Read<PairRecord>))
        {
            Add(pair);
        }

        foreach (CandidateSetSource source in config.CandidateSets)
        {
            Add(source);
        }

        foreach (CorpusRecord text in config.Corpus.SelectMany(DataFiles.Read<CorpusRecord>))
        {
            (HeldOut.Contains(text) ? heldOutPassages : trainPassages).Add(new Passage(text.Prompt, text.Text));
        }

        madeUp = new Lazy<MadeUpPairs>(() => new MadeUpPairs(trainPassages, lexicon, ownPrompts: false));
        heldOutMadeUp = new Lazy<MadeUpPairs>(() => new MadeUpPairs(heldOutPassages, lexicon, ownPrompts: true));
        if (config.Teacher is { } options)
        {
            TeacherLabels = new TeacherLabels(new Teacher(train, pieces, trainPassages.Select(passage => lexicon.Encode(passage.Text)), options), options);
            train[TeacherLabels.Unjudged] = Rivals();
        }
    }

    /// <summary>Made-up pairs to train on.</summary>
    /// <exception cref="DataException">There are too few texts to make them of.</exception>
    public MadeUpPairs MadeUp => madeUp.Value;

    /// <summary>Made-up pairs from texts that are never trained on.</summary>
    /// <exception cref="DataException">There are too few texts to make them of.</exception>
    public MadeUpPairs HeldOutMadeUp => heldOutMadeUp.Value;

    /// <summary>The teacher and what it teaches, where there is one.</summary>
    public TeacherLabels? TeacherLabels { get; }

    /// <summary>Judged pairs to train on, by tag.</summary>
    public IReadOnlyDictionary<string, List<TrainingPair>> TrainPairs => train;

    /// <summary>Pairs to train on, by tag.</summary>
    public IReadOnlyDictionary<string, PreferencePool> Pools =>
        train.ToDictionary(group => group.Key, group => new PreferencePool(group.Key, group.Value, seed), StringComparer.Ordinal);

    /// <summary>Pairs that are never trained on, by tag.</summary>
    public IReadOnlyDictionary<string, List<TrainingPair>> HeldOutPairs => heldOut;

    /// <summary>Texts to train on, for counting co-occurrences.</summary>
    public IEnumerable<int[]> Texts =>
        trainPassages.Select(passage => lexicon.Encode(passage.Prompt + " " + passage.Text))
            .Concat(train.Values.SelectMany(pairs => pairs).SelectMany<TrainingPair, int[]>(pair => [pair.Source, pair.Better, pair.Worse]));

    /// <summary>Tokenises a pair.</summary>
    public static TrainingPair Encode(PairRecord pair, Lexicon lexicon) => new()
    {
        Tag = pair.Source,
        Source = lexicon.Encode(pair.Prompt),
        Better = lexicon.Encode(pair.Chosen),
        Worse = lexicon.Encode(pair.Rejected),
    };

    /// <summary>Tokenises a plain case.</summary>
    public static TrainingPair Encode(PlainCase one, Lexicon lexicon) => new()
    {
        Tag = one.Kind,
        Source = lexicon.Encode(one.Instruction),
        Better = lexicon.Encode(one.Better),
        Worse = lexicon.Encode(one.Worse),
    };

    // A chosen answer is a whole answer too, and pairs bring many more prompts than the corpus.
    private void Add(PairRecord pair)
    {
        bool held = HeldOut.Contains(pair);
        Group(held ? heldOut : train, pair.Source).Add(Encode(pair, lexicon));
        if (!held)
        {
            trainPassages.Add(new Passage(pair.Prompt, pair.Chosen));
        }
    }

    private void Add(CandidateSetSource source)
    {
        foreach (CandidateSetRecord set in DataFiles.Read<CandidateSetRecord>(source.File))
        {
            List<TrainingPair> group = Group(HeldOut.Contains(set) ? heldOut : train, source.Tag);
            int[] prompt = lexicon.Encode(set.Prompt);
            var scored = set.Candidates
                .Where(candidate => candidate.Scores.ContainsKey(source.Score))
                .Select(candidate => (Ids: lexicon.Encode(candidate.Text), Score: candidate.Scores[source.Score]))
                .ToArray();
            foreach (var better in scored)
            {
                group.AddRange(scored
                    .Where(worse => better.Score > worse.Score && better.Score - worse.Score >= source.LeastGap)
                    .Select(worse => new TrainingPair
                    {
                        Tag = source.Tag,
                        Source = prompt,
                        Better = better.Ids,
                        Worse = worse.Ids,
                        Gap = (float)(better.Score - worse.Score),
                    }));
            }
        }
    }

    // Pairs of answers to one prompt without a judgement, some for each prompt with two answers.
    private List<TrainingPair> Rivals()
    {
        var random = new Random((int)seed);
        var rivals = new List<TrainingPair>();
        foreach (var prompt in trainPassages.Where(passage => passage.Prompt is not null).GroupBy(passage => passage.Prompt!))
        {
            int[][] answers = [.. prompt.Select(passage => passage.Text).Distinct().Select(lexicon.Encode)];
            int[] source = lexicon.Encode(prompt.Key);
            for (int n = Math.Min(MostRivals, answers.Length * (answers.Length - 1) / 2); n > 0; n--)
            {
                random.Shuffle(answers);
                rivals.Add(new TrainingPair { Tag = TeacherLabels.Unjudged, Source = source, Better = answers[0], Worse = answers[1] });
            }
        }

        return rivals;
    }

    private static List<TrainingPair> Group(Dictionary<string, List<TrainingPair>> groups, string tag)
    {
        if (!groups.TryGetValue(tag, out List<TrainingPair>? group))
        {
            groups[tag] = group = [];
        }

        return group;
    }
}
