using System.Text.Json;
using LLMBlender.Training.Data;
using LLMBlender.Training.Optimization;

namespace LLMBlender.Training.Runs;

/// <summary>
/// What every training run depends on, whatever it trains; a JSON file with these names, and those of the kind of run, in snake_case.
/// Paths are relative to that file.
/// </summary>
/// <typeparam name="TPhase">A stretch of the run.</typeparam>
internal abstract record RunConfig<TPhase>
    where TPhase : Phase
{
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

    /// <summary>Files of whole answers (id, prompt, text), from which training examples are made.</summary>
    public required IReadOnlyList<string> Corpus { get; init; }

    public required IReadOnlyList<TPhase> Phases { get; init; }

    public ulong Seed { get; init; } = 42;

    /// <summary>A folder in the layout of the run's export whose weights the run starts from, of the same shape and vocabulary.</summary>
    public string? StartFrom { get; init; }

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

    /// <summary>Reads and checks a configuration.</summary>
    /// <exception cref="DataException">It can't be read or breaks a rule; the message names file and field.</exception>
    protected static TConfig Read<TConfig>(string file)
        where TConfig : RunConfig<TPhase>
    {
        try
        {
            TConfig config = JsonSerializer.Deserialize<TConfig>(File.ReadAllText(file), Options)
                ?? throw new DataException($"{file}: null is not a configuration");
            config.Validate(message => throw new DataException($"{file}: {message}"));
            string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            return (TConfig)config.WithPaths(path => Path.Combine(folder, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new DataException($"{file}: {e.Message}", e);
        }
    }

    /// <summary>Hands the first broken rule to <paramref name="fail"/>.</summary>
    protected virtual void Validate(Action<string> fail)
    {
        if (Phases.Count == 0)
        {
            fail("phases is empty; at least one is needed");
        }

        if (Workers < 1 || BatchTokens < 1 || BatchesPerStep < 1)
        {
            fail($"workers {Workers}, batch_tokens {BatchTokens} and batches_per_step {BatchesPerStep} must be at least 1");
        }

        if (LogEvery < 1 || CheckpointEvery < 1 || ExportEvery < 1 || ValidateEvery < 1)
        {
            fail("log_every, checkpoint_every, export_every and validate_every must be at least 1");
        }

        foreach (TPhase phase in Phases)
        {
            phase.Validate(message => fail($"phase {phase.Name}: {message}"));
        }
    }

    /// <summary>The same with every path put through <paramref name="place"/>.</summary>
    protected virtual RunConfig<TPhase> WithPaths(Func<string, string> place) => this with
    {
        Out = place(Out),
        Tokenizer = place(Tokenizer),
        StartFrom = StartFrom is null ? null : place(StartFrom),
        Corpus = [.. Corpus.Select(place)],
    };
}
