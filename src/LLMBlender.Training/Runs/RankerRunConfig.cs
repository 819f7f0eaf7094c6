using LLMBlender.Training.Data;
using LLMBlender.Training.Optimization;
using LLMBlender.Training.Teaching;

namespace LLMBlender.Training.Runs;

/// <summary>All that the training of a pair ranker, or of a baseline, depends on.</summary>
internal sealed record RankerRunConfig : RunConfig<RankerPhase>
{
    private const string PairRankerShape = "pairranker";

    private static readonly Dictionary<string, BaselineShape> Baselines = new(StringComparer.Ordinal)
    {
        ["summareranker"] = Runs.BaselineShape.SummaReranker,
        ["simcls"] = Runs.BaselineShape.SimCls,
        ["mlm"] = Runs.BaselineShape.Mlm,
    };

    public required NetworkShape Network { get; init; }

    /// <summary>
    /// What is trained: pairranker, or a baseline: summareranker, simcls, mlm. A baseline has a loss of its own, and no teacher, tokens'
    /// questions or made-up pairs.
    /// </summary>
    public string Shape { get; init; } = PairRankerShape;

    /// <summary>By how much SimCLS's cosine of a better candidate is to be larger.</summary>
    public double Margin { get; init; } = 0.1;

    /// <summary>Share of tokens that a masked language model is asked for.</summary>
    public double MaskShare { get; init; } = 0.15;

    /// <summary>Files of pairs (id, source, prompt, chosen, rejected).</summary>
    public IReadOnlyList<string> Pairs { get; init; } = [];

    /// <summary>Files of candidate sets, from which pairs of different scores are taken.</summary>
    public IReadOnlyList<CandidateSetSource> CandidateSets { get; init; } = [];

    /// <summary>Pairs that are only reported on while training.</summary>
    public IReadOnlyList<string> ReportPairs { get; init; } = [];

    public string Loss { get; init; } = "instructgpt";

    /// <summary>Weight of the auxiliary pair loss over the mean scores of the candidates' tokens.</summary>
    public double TokenWeight { get; init; } = 1;

    /// <summary>Weight of the auxiliary loss that asks of every token of a made-up pair whether a seam lies before it.</summary>
    public double SeamWeight { get; init; } = 0.5;

    /// <summary>Weight of each of the tokens' other auxiliary questions: copied from the source, repeated, in which segment.</summary>
    public double CopyWeight { get; init; } = 0.5;

    /// <summary>Whether word embeddings start from the corpus' co-occurrences instead of noise.</summary>
    public bool CooccurrenceEmbeddings { get; init; } = true;

    /// <summary>The linear teacher, whose labels stand beside the labels; none where absent.</summary>
    public TeacherOptions? Teacher { get; init; }

    /// <summary>Most pairs of each tag that a validation scores.</summary>
    public int ValidationPairs { get; init; } = 100;

    public LossKind LossKind => PairLoss.Names[Loss];

    /// <summary>The baseline that is trained; null for a pair ranker.</summary>
    public BaselineShape? BaselineShape => Shape == PairRankerShape ? null : Baselines[Shape];

    /// <summary>Checks that there are pairs of every tag that a phase weighs.</summary>
    /// <exception cref="DataException">There are none of one.</exception>
    public void RequirePools(IReadOnlyDictionary<string, PreferencePool> pools)
    {
        foreach (RankerPhase phase in Phases)
        {
            if (phase.Weights.Keys.FirstOrDefault(tag => tag != Mixture.MadeUp && !pools.ContainsKey(tag)) is { } missing)
            {
                throw new DataException(
                    $"phase {phase.Name}: weights names {missing}, of which there are no pairs; there are {string.Join(", ", pools.Keys.Order())}");
            }
        }
    }

    /// <inheritdoc cref="RunConfig{TPhase}.Read"/>
    public static RankerRunConfig Load(string file) => Read<RankerRunConfig>(file);

    /// <inheritdoc/>
    protected override void Validate(Action<string> fail)
    {
        void Rule(bool kept, string message)
        {
            if (!kept)
            {
                fail(message);
            }
        }

        Rule(PairLoss.Names.ContainsKey(Loss), $"loss is {Loss}; it must be one of {string.Join(", ", PairLoss.Names.Keys)}");
        Rule(
            Shape == PairRankerShape || Baselines.ContainsKey(Shape),
            $"shape is {Shape}; it must be {PairRankerShape} or one of {string.Join(", ", Baselines.Keys)}");
        Rule(Margin >= 0, $"margin is {Margin}; it must be 0 or more");
        Rule(MaskShare is > 0 and < 1, $"mask_share is {MaskShare}; it must be between 0 and 1");
        Rule(
            Shape == PairRankerShape || (Teacher is null && Phases.All(phase => !phase.Weights.ContainsKey(Mixture.MadeUp))),
            $"shape is {Shape}, which has no teacher and no made-up pairs");
        Rule(TokenWeight >= 0, $"token_weight is {TokenWeight}; it must be 0 or more");
        Rule(SeamWeight >= 0, $"seam_weight is {SeamWeight}; it must be 0 or more");
        Rule(CopyWeight >= 0, $"copy_weight is {CopyWeight}; it must be 0 or more");
        base.Validate(fail);
    }

    /// <inheritdoc/>
    protected override RankerRunConfig WithPaths(Func<string, string> place) => (RankerRunConfig)base.WithPaths(place) with
    {
        Pairs = [.. Pairs.Select(place)],
        ReportPairs = [.. ReportPairs.Select(place)],
        CandidateSets = [.. CandidateSets.Select(set => set with { File = place(set.File) })],
    };
}
