using LLMBlender.Training.Data;
using LLMBlender.Training.Rewards.Data;

namespace LLMBlender.Training.Rewards.Runs;

/// <summary>Writes the groups that a configuration names as <see cref="GroupFiles"/>: all pools once, and as many made-up groups as asked for.</summary>
internal sealed class GroupExport(RewardRunConfig config)
{
    private const int DamagedOfEachKind = 100;
    private const int DamagedSeed = 20230605;

    // Answers are damaged at several lengths, so that a whole short answer is seen as often as a whole long one.
    private static readonly int[] Lengths = [48, 96, 192, 384];
    private readonly Lexicon lexicon = new(RewardTokens.Load(config.Tokenizer).Encode);

    /// <summary>Writes the training data.</summary>
    /// <param name="folder">The folder to write.</param>
    /// <param name="madeUp">Groups of a whole answer and damaged ones.</param>
    /// <param name="plain">Groups of plain questions.</param>
    /// <exception cref="DataException">A file can't be read.</exception>
    public void WriteTraining(string folder, int madeUp, int plain)
    {
        var data = new RewardData(config, lexicon);
        using var files = new GroupFiles(folder);
        foreach (AnswerGroup group in config.Pairs.Count == 0 ? [] : data.Pools.Where(pool => config.CandidateSets.All(set => set.Tag != pool.Key)).SelectMany(pool => pool.Value.All))
        {
            files.Write(group);
        }

        foreach (JudgedSets source in config.CandidateSets)
        {
            foreach (var (judged, means) in ScoredSets.Read(source with { ModelShare = 0 }, lexicon).Zip(ScoredSets.Read(source with { ModelShare = 1 }, lexicon)))
            {
                files.Write(judged, means.Scores);
            }
        }

        var random = new Random((int)config.Seed);
        var kinds = config.Phases[^1].MadeUpKinds;
        for (int i = 0; i < madeUp; i++)
        {
            files.Write(data.BadAnswers(new Mixture(new Dictionary<string, double>(), 0, Lengths[i % Lengths.Length], MadeUpKinds: kinds), random));
        }

        for (int i = 0; i < plain; i++)
        {
            files.Write(data.Plain(random));
        }

        Console.WriteLine($"{folder}: {files.Tokens:#,0} tokens");
    }

    /// <summary>Writes the development data: judged sets, preference pairs, plain cases, and damaged answers of the sets.</summary>
    /// <exception cref="DataException">A file can't be read, or the configuration names no development data.</exception>
    public void WriteDevelopment(string folder)
    {
        DevelopmentData from = config.Development ?? throw new DataException("development is absent, and its data is to be written");
        using var files = new GroupFiles(folder);
        var sets = DataFiles.Read<CandidateSetRecord>(from.CandidateSets).ToArray();
        foreach (ScoredSet set in sets.Select(set => Scored(set, from.Score)))
        {
            files.Write(set, set.Scores);
        }

        foreach (PairRecord pair in DataFiles.Read<PairRecord>(from.Pairs))
        {
            files.Write(Group(pair.Source, pair.Prompt, pair.Chosen, pair.Rejected));
        }

        foreach (PlainCase one in from.Cases is { } cases ? DataFiles.Read<PlainCase>(cases) : [])
        {
            files.Write(Group("plain-" + one.Kind, one.Instruction, one.Better, one.Worse));
        }

        var madeUp = new MadeUpPairs(
            sets.SelectMany(set => set.Candidates.Select(candidate => new Passage(set.Prompt, candidate.Text))), lexicon, ownPrompts: true);
        var random = new Random(DamagedSeed);
        foreach (string tag in MadeUpPairs.Tags)
        {
            for (int i = 0; i < DamagedOfEachKind; i++)
            {
                TrainingPair pair = madeUp.Next(tag, Lengths[^1], random);
                files.Write(AnswerGroup.BestFirst(tag, pair.Source, [pair.Better, pair.Worse], 1));
            }
        }
    }

    private AnswerGroup Group(string tag, string source, string better, string worse) =>
        AnswerGroup.BestFirst(tag, lexicon.Encode(source), [lexicon.Encode(better), lexicon.Encode(worse)], 1);

    private ScoredSet Scored(CandidateSetRecord set, string score) => new(
        "sets", lexicon.Encode(set.Prompt), [.. set.Candidates.Select(candidate => lexicon.Encode(candidate.Text))],
        [.. set.Candidates.Select(candidate => candidate.Scores[score])], 1);
}
