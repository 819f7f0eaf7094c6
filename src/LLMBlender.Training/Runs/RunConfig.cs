using System.Text.Json;
using LLMBlender.Training.Baselines;
using LLMBlender.Training.Data;
using LLMBlender.Training.Optimization;
using LLMBlender.Training.Teaching;

namespace LLMBlender.Training.Runs;

/// <summary>Everything a training run depends on; a JSON file with these names in snake_case. Paths are relative to that file.</summary>
internal sealed record RunConfig : IRunPace
{
    private const string PairRankerShape = "pairranker";

    private static readonly Dictionary<string, BaselineShape> Baselines = new(StringComparer.Ordinal)
    {
        ["summareranker"] = Training.Baselines.BaselineShape.SummaReranker,
        ["simcls"] = Training.Baselines.BaselineShape.SimCls,
        ["mlm"] = Training.Baselines.BaselineShape.Mlm,
    };

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>The folder that gets checkpoints/, export/ and log.jsonl.</summary>
    public required string Out { get; init; }

    /// <summary>The tokenizer folder; its files are copied beside the exported weights.</summary>
    public required string Tokenizer { get; init; }

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

    /// <summary>Files of whole answers (id, prompt, text), from which pairs are made.</summary>
    public required IReadOnlyList<string> Corpus { get; init; }

    /// <summary>Pairs that are only reported on while training.</summary>
    public IReadOnlyList<string> ReportPairs { get; init; } = [];

    public required IReadOnlyList<Phase> Phases { get; init; }

    public ulong Seed { get; init; } = 42;

    public string Loss { get; init; } = "instructgpt";

    /// <summary>Weight of the auxiliary pair loss over the mean scores of the candidates' tokens.</summary>
    public double TokenWeight { get; init; } = 1;

    /// <summary>Weight of the auxiliary loss that asks of every token of a made-up pair whether a seam lies before it.</summary>
    public double SeamWeight { get; init; } = 0.5;

    /// <summary>Weight of each of the tokens' other auxiliary questions: copied from the source, repeated, in which segment.</summary>
    public double CopyWeight { get; init; } = 0.5;

    /// <summary>A folder in the PairRM-hf layout whose weights the run starts from, of the same shape and vocabulary.</summary>
    public string? StartFrom { get; init; }

    /// <summary>Whether word embeddings start from the corpus' co-occurrences instead of noise.</summary>
    public bool CooccurrenceEmbeddings { get; init; } = true;

    /// <summary>The linear teacher, whose opinions stand beside the labels; none where absent.</summary>
    public TeacherOptions? Teacher { get; init; }

    public AdamWOptions Optimizer { get; init; } = new();

    /// <summary>Most tokens of one batch, padding included.</summary>
    public int BatchTokens { get; init; } = 2048;

    public int BatchesPerStep { get; init; } = 8;

    /// <summary>Batches computed at the same time, each on one thread; doesn't change the result.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether dense layers round their factors to bfloat16 in training; checkpoints and validation stay in 32 bits.</summary>
    public bool HalfProducts { get; init; }

    public int LogEvery { get; init; } = 20;

    public int CheckpointEvery { get; init; } = 200;

    public int ExportEvery { get; init; } = 400;

    public int ValidateEvery { get; init; } = 400;

    /// <summary>Most pairs of each tag that a validation scores.</summary>
    public int ValidationPairs { get; init; } = 100;

    public LossKind LossKind => PairLoss.Names[Loss];

    /// <summary>The baseline that is trained; null for a pair ranker.</summary>
    public BaselineShape? BaselineShape => Shape == PairRankerShape ? null : Baselines[Shape];

    /// <summary>Checks that there are pairs of every tag that a phase weighs.</summary>
    /// <exception cref="DataException">There are none of one.</exception>
    public void RequirePools(IReadOnlyDictionary<string, PreferencePool> pools)
    {
        foreach (Phase phase in Phases)
        {
            if (phase.Weights.Keys.FirstOrDefault(tag => tag != Mixture.MadeUp && !pools.ContainsKey(tag)) is { } missing)
            {
                throw new DataException(
                    $"phase {phase.Name}: weights names {missing}, of which there are no pairs; there are {string.Join(", ", pools.Keys.Order())}");
            }
        }
    }

    /// <summary>Reads and checks a configuration.</summary>
    /// <exception cref="DataException">It can't be read or breaks a rule; the message names file and field.</exception>
    public static RunConfig Load(string file)
    {
        try
        {
            RunConfig config = JsonSerializer.Deserialize<RunConfig>(File.ReadAllText(file), Options)
                ?? throw new DataException($"{file}: null is no configuration");
            config.Validate(file);
            return config.RelativeTo(Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new DataException($"{file}: {e.Message}", e);
        }
    }

    private void Validate(string file)
    {
        void Rule(bool kept, string message)
        {
            if (!kept)
            {
                throw new DataException($"{file}: {message}");
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
        Rule(Phases.Count > 0, "phases is empty; at least one is needed");
        Rule(TokenWeight >= 0, $"token_weight is {TokenWeight}; it must be 0 or more");
        Rule(SeamWeight >= 0, $"seam_weight is {SeamWeight}; it must be 0 or more");
        Rule(CopyWeight >= 0, $"copy_weight is {CopyWeight}; it must be 0 or more");
        Rule(Workers > 0, $"workers is {Workers}; it must be at least 1");
        Rule(BatchTokens > 0 && BatchesPerStep > 0, $"batch_tokens {BatchTokens} and batches_per_step {BatchesPerStep} must be at least 1");
        Rule(
            LogEvery > 0 && CheckpointEvery > 0 && ExportEvery > 0 && ValidateEvery > 0,
            "log_every, checkpoint_every, export_every and validate_every must be at least 1");
        foreach (Phase phase in Phases)
        {
            phase.Validate(message => Rule(false, $"phase {phase.Name}: {message}"));
        }
    }

    private RunConfig RelativeTo(string folder) => this with
    {
        Out = Path.Combine(folder, Out),
        Tokenizer = Path.Combine(folder, Tokenizer),
        StartFrom = StartFrom is null ? null : Path.Combine(folder, StartFrom),
        Pairs = [.. Pairs.Select(path => Path.Combine(folder, path))],
        Corpus = [.. Corpus.Select(path => Path.Combine(folder, path))],
        ReportPairs = [.. ReportPairs.Select(path => Path.Combine(folder, path))],
        CandidateSets = [.. CandidateSets.Select(set => set with { File = Path.Combine(folder, set.File) })],
    };
}
