using LLMBlender.Inference.Sessions;

namespace LLMBlender.Inference.PairRanker;

/// <summary>How a ranker is loaded.</summary>
public sealed record PairRankerOptions
{
    /// <summary>Where it computes; the processor by default.</summary>
    public Accelerator Accelerator { get; init; } = Accelerator.Cpu;

    /// <summary>Threads of one run on the processor; by default all of its cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Tokens of a batch at most, padding included; a longer pair has a batch of its own. By default 2,048 on the processor,
    /// where a batch's attention scores should stay in its caches, and 16,384 on a GPU, which wants to be filled.
    /// </summary>
    public int? BatchTokens { get; init; }

    internal int EffectiveBatchTokens => BatchTokens ?? Accelerator.UsualBatchTokens;

    /// <summary>Tokens of a source at most, control tokens included; by default the model's.</summary>
    public int? SourceMaxLength { get; init; }

    /// <summary>Tokens of a candidate at least kept, control tokens included; by default the model's.</summary>
    public int? CandidateMaxLength { get; init; }
}
