using System.Text.Json;
using LLMBlender.Training.Data;
using LLMBlender.Training.Optimization;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>All that a fuser's training depends on; a JSON file with these names in snake_case. Paths are relative to that file.</summary>
internal sealed record FuserRunConfig : IRunPace
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

    public required FuserShape Network { get; init; }

    /// <summary>Files of whole answers (id, prompt, text), from which records are made.</summary>
    public required IReadOnlyList<string> Corpus { get; init; }

    public required IReadOnlyList<FuserPhase> Phases { get; init; }

    public ulong Seed { get; init; } = 42;

    /// <summary>A folder in the Hugging Face layout whose weights the run starts from, of the same shape and vocabulary.</summary>
    public string? StartFrom { get; init; }

    /// <summary>Whether the weights start with the circuit of <see cref="Network.CopyingStart"/> instead of noise alone.</summary>
    public bool CopyingStart { get; init; } = true;

    public AdamWOptions Optimizer { get; init; } = new();

    /// <summary>Most tokens of one batch, sources and targets with padding.</summary>
    public int BatchTokens { get; init; } = 3072;

    public int BatchesPerStep { get; init; } = 2;

    /// <summary>Batches computed at the same time, each on one thread; doesn't change the result.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether dense layers round their factors to bfloat16 in training; checkpoints and validation stay in 32 bits.</summary>
    public bool HalfProducts { get; init; }

    public int LogEvery { get; init; } = 20;

    public int CheckpointEvery { get; init; } = 100;

    public int ExportEvery { get; init; } = 200;

    public int ValidateEvery { get; init; } = 200;

    /// <summary>Held-out records that a validation measures the loss on.</summary>
    public int ValidationRecords { get; init; } = 64;

    /// <summary>Of those, how many it writes answers for.</summary>
    public int ValidationAnswers { get; init; } = 16;

    /// <summary>Reads and checks a configuration.</summary>
    /// <exception cref="DataException">It can't be read or breaks a rule; the message names file and field.</exception>
    public static FuserRunConfig Load(string file)
    {
        try
        {
            FuserRunConfig config = JsonSerializer.Deserialize<FuserRunConfig>(File.ReadAllText(file), Options)
                ?? throw new DataException($"{file}: null is no configuration");
            config.Validate(message => throw new DataException($"{file}: {message}"));
            return config.RelativeTo(Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new DataException($"{file}: {e.Message}", e);
        }
    }

    private void Validate(Action<string> fail)
    {
        if (Phases.Count == 0)
        {
            fail("phases is empty; at least one is needed");
        }

        if (Workers < 1 || BatchTokens < 1 || BatchesPerStep < 1)
        {
            fail($"workers {Workers}, batch_tokens {BatchTokens} and batches_per_step {BatchesPerStep} must be at least 1");
        }

        if (LogEvery < 1 || CheckpointEvery < 1 || ExportEvery < 1 || ValidateEvery < 1 || ValidationRecords < 1)
        {
            fail("log_every, checkpoint_every, export_every, validate_every and validation_records must be at least 1");
        }

        foreach (FuserPhase phase in Phases)
        {
            phase.Validate(message => fail($"phase {phase.Name}: {message}"));
        }
    }

    private FuserRunConfig RelativeTo(string folder) => this with
    {
        Out = Path.Combine(folder, Out),
        Tokenizer = Path.Combine(folder, Tokenizer),
        StartFrom = StartFrom is null ? null : Path.Combine(folder, StartFrom),
        Corpus = [.. Corpus.Select(path => Path.Combine(folder, path))],
    };
}
