using LLMBlender.Inference.Sessions;

namespace LLMBlender.Inference.Encoder;

/// <summary>How an encoder, with a head or without, is loaded.</summary>
public sealed record EncoderOptions
{
    /// <summary>Where it computes; the processor by default.</summary>
    public Accelerator Accelerator { get; init; } = Accelerator.Cpu;

    /// <summary>Threads of one run on the processor; by default all of its cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Tokens of a batch at most, padding included; a longer row has a batch of its own. By default 2,048 on the processor
    /// and 16,384 on a GPU.
    /// </summary>
    public int? BatchTokens { get; init; }

    /// <summary>Tokens of a row at most, special tokens included; by default the model's, or 512 where it names no limit.</summary>
    public int? MaxLength { get; init; }

    internal int EffectiveBatchTokens => BatchTokens ?? Accelerator.UsualBatchTokens;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(EffectiveBatchTokens, 1);
    }
}
