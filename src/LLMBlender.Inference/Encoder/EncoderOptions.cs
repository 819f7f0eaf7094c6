using LLMBlender.Inference.Sessions;

namespace LLMBlender.Inference.Encoder;

/// <summary>Options for loading an encoder, with or without a head.</summary>
public sealed record EncoderOptions
{
    /// <summary>The device; the CPU by default.</summary>
    public Accelerator Accelerator { get; init; } = Accelerator.Cpu;

    /// <summary>The number of threads of one run on the CPU; by default the number of cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// The maximum number of tokens in a batch, including padding; a longer row gets its own batch. By default 2,048 on the CPU and 16,384
    /// on a GPU.
    /// </summary>
    public int? BatchTokens { get; init; }

    /// <summary>
    /// The maximum number of tokens in a row, including special tokens; by default the model's, or 512 if it specifies none.
    /// </summary>
    public int? MaxLength { get; init; }

    internal int EffectiveBatchTokens => BatchTokens ?? Accelerator.UsualBatchTokens;

    /// <summary>Whether batches have one of a few shapes; by default on a GPU. On the CPU, padding costs more than a new shape.</summary>
    internal bool HasShapeBuckets { get => hasShapeBuckets ?? Accelerator.CudaDevice is not null; init => hasShapeBuckets = value; }

    /// <summary>Whether a warm-up measures the size of batches; by default on a GPU, unless the size is set.</summary>
    internal bool MeasuresBatches { get => measuresBatches ?? (Accelerator.CudaDevice is not null && BatchTokens is null); init => measuresBatches = value; }

    private readonly bool? hasShapeBuckets;
    private readonly bool? measuresBatches;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(EffectiveBatchTokens, 1);
    }
}
