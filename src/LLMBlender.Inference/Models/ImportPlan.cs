using LLMBlender.Inference.Onnx;

namespace LLMBlender.Inference.Models;

/// <summary>What import writes for one checkpoint, settled and checked before anything is written.</summary>
internal sealed record ImportPlan
{
    /// <summary>What the model does: one of <see cref="ModelKind"/>'s names.</summary>
    public required string Kind { get; init; }

    /// <summary>The checkpoint's layout, for the model's origin.</summary>
    public required string Layout { get; init; }

    /// <summary>The config to keep beside the weights.</summary>
    public required byte[] ConfigJson { get; init; }

    /// <summary>Files to copy as they are: the tokenizer's and others.</summary>
    public required IReadOnlyList<string> OtherFiles { get; init; }

    /// <summary>Every tensor, declared.</summary>
    public required StoredWeights Weights { get; init; }

    /// <summary>The graphs' files; each is built once the weights have their places.</summary>
    public required IReadOnlyList<(string File, Func<IWeights, byte[]> Build)> Graphs { get; init; }

    /// <summary>Tokens of a source at most.</summary>
    public int? SourceMaxLength { get; init; }

    /// <summary>Tokens of a candidate, at least kept by a ranker, at most by a fuser.</summary>
    public int? CandidateMaxLength { get; init; }

    /// <summary>Tokens of a row at most.</summary>
    public int? MaxLength { get; init; }

    /// <summary>A classifier's labels.</summary>
    public int? Labels { get; init; }

    /// <summary>A ranker's control tokens.</summary>
    public RankerTokens? RankerTokens { get; init; }

    /// <summary>A fuser's control tokens.</summary>
    public GeneratorTokens? GeneratorTokens { get; init; }
}
