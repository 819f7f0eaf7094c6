using LLMBlender.Training.Data;
using LLMBlender.Training.Rewards.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Rewards.Runs;

/// <summary>All that a reward model's training depends on. Its start_from names a BERT checkpoint's folder.</summary>
internal sealed record RewardRunConfig : RunConfig<RewardPhase>
{
    public RewardRunConfig() => (BatchTokens, BatchesPerStep, HalfProducts) = (3072, 2, true);

    /// <summary>Files of pairs (id, source, prompt, chosen, rejected).</summary>
    public IReadOnlyList<string> Pairs { get; init; } = [];

    /// <summary>Files of candidate sets.</summary>
    public IReadOnlyList<JudgedSets> CandidateSets { get; init; } = [];

    /// <summary>The file of tables that plain questions are made of; see <see cref="Data.Facts.FactTables"/>.</summary>
    public string? PlainFacts { get; init; }

    /// <summary>How likely a pair's chosen answer is better.</summary>
    public double Certainty { get; init; } = 0.9;

    /// <summary>Share of dense layers' outputs that is dropped.</summary>
    public double Dropout { get; init; }

    /// <summary>Parameters whose names begin so keep their starting values.</summary>
    public IReadOnlyList<string> Frozen { get; init; } = ["bert.embeddings.word_embeddings"];

    /// <summary>What a validation measures on.</summary>
    public DevelopmentData? Development { get; init; }

    /// <summary>Checks that there are groups of every tag that a phase weighs.</summary>
    /// <exception cref="DataException">There are none of one.</exception>
    public void RequirePools(IReadOnlyDictionary<string, GroupPool> pools)
    {
        foreach (RewardPhase phase in Phases)
        {
            if (phase.Weights.Keys.FirstOrDefault(tag => tag is not (Mixture.MadeUp or RewardData.PlainTag) && !pools.ContainsKey(tag)) is { } missing)
            {
                throw new DataException(
                    $"phase {phase.Name}: weights names {missing}, of which there is nothing; there are {string.Join(", ", pools.Keys.Order())}");
            }
        }
    }

    /// <inheritdoc cref="RunConfig{TPhase}.Read"/>
    public static RewardRunConfig Load(string file) => Read<RewardRunConfig>(file);

    /// <inheritdoc/>
    protected override void Validate(Action<string> fail)
    {
        base.Validate(fail);
        if (StartFrom is null)
        {
            fail("start_from is absent; a reward model starts from a pretrained encoder's folder");
        }

        if (PlainFacts is null && Phases.Any(phase => phase.Weights.ContainsKey(RewardData.PlainTag)))
        {
            fail($"plain_facts is absent, and a phase weighs {RewardData.PlainTag}");
        }

        if (Certainty is not (> 0.5 and <= 1))
        {
            fail($"certainty is {Certainty}; it must be above 0.5 and at most 1");
        }

        if (Dropout is not (>= 0 and < 1))
        {
            fail($"dropout is {Dropout}; it must be at least 0 and below 1");
        }

        if (CandidateSets.FirstOrDefault(set => set.ModelShare is not (>= 0 and <= 1)) is { } share)
        {
            fail($"candidate_sets, {share.File}: model_share {share.ModelShare} must be from 0 to 1");
        }

        if (CandidateSets.FirstOrDefault(set => set.Scale <= 0 || set.MostAnswers < 2 || set.Scores.Count == 0) is { } wrong)
        {
            fail($"candidate_sets, {wrong.File}: scale {wrong.Scale} must be above 0, most_answers {wrong.MostAnswers} at least 2, and scores not empty");
        }
    }

    /// <inheritdoc/>
    protected override RewardRunConfig WithPaths(Func<string, string> place) => (RewardRunConfig)base.WithPaths(place) with
    {
        Pairs = [.. Pairs.Select(place)],
        CandidateSets = [.. CandidateSets.Select(set => set with { File = place(set.File) })],
        PlainFacts = PlainFacts is null ? null : place(PlainFacts),
        Development = Development is null ? null : Development with
        {
            CandidateSets = place(Development.CandidateSets),
            Pairs = place(Development.Pairs),
            Cases = Development.Cases is { } cases ? place(cases) : null,
        },
    };
}
