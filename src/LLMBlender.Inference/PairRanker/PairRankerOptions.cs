using LLMBlender.Inference.Sessions;

namespace LLMBlender.Inference.PairRanker;

/// <summary>Options for loading a ranker.</summary>
public sealed record PairRankerOptions
{
    /// <summary>The device; the CPU by default.</summary>
    public Accelerator Accelerator { get; init; } = Accelerator.Cpu;

    /// <summary>The number of threads of one run on the CPU; by default the number of cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// The maximum number of tokens in a batch, including padding; a longer pair gets its own batch. By default 2,048 on the CPU, where a
    /// batch's attention scores should fit into the caches, and 16,384 on a GPU, which needs large batches for full utilisation.
    /// </summary>
    public int? BatchTokens { get; init; }

    internal int EffectiveBatchTokens => BatchTokens ?? Accelerator.UsualBatchTokens;

    /// <summary>Whether batches have one of a few shapes; by default on a GPU. On the CPU, padding costs more than a new shape.</summary>
    internal bool HasShapeBuckets { get => hasShapeBuckets ?? Accelerator.CudaDevice is not null; init => hasShapeBuckets = value; }

    /// <summary>Whether a warm-up measures the size of batches; by default on a GPU, unless the size is set.</summary>
    internal bool MeasuresBatches { get => measuresBatches ?? (Accelerator.CudaDevice is not null && BatchTokens is null); init => measuresBatches = value; }

    private readonly bool? hasShapeBuckets;
    private readonly bool? measuresBatches;

    /// <summary>The maximum number of tokens in a source, control tokens included; by default the model's.</summary>
    public int? SourceMaxLength { get; init; }

    /// <summary>The minimum number of a candidate's tokens to keep, including control tokens; by default the model's.</summary>
    public int? CandidateMaxLength { get; init; }
}
