using LLMBlender.Inference.Onnx;

namespace LLMBlender.Inference.Models;

/// <summary>The output of an import, validated before anything is written.</summary>
internal sealed record ImportPlan
{
    /// <summary>The model's function: one of <see cref="ModelKind"/>'s names.</summary>
    public required string Kind { get; init; }

    /// <summary>The checkpoint's layout, recorded as the model's origin.</summary>
    public required string Layout { get; init; }

    /// <summary>The config to write.</summary>
    public required byte[] ConfigJson { get; init; }

    /// <summary>Files to copy unchanged: the tokenizer's and others.</summary>
    public required IReadOnlyList<string> OtherFiles { get; init; }

    /// <summary>The declared tensors.</summary>
    public required StoredWeights Weights { get; init; }

    /// <summary>The files of the graphs; each is built when the offsets of the weights are known.</summary>
    public required IReadOnlyList<(string File, Func<IWeights, byte[]> Build)> Graphs { get; init; }

    /// <summary>The maximum number of tokens in a source.</summary>
    public int? SourceMaxLength { get; init; }

    /// <summary>The maximum number of tokens in a candidate for a fuser; the minimum number to keep for a ranker.</summary>
    public int? CandidateMaxLength { get; init; }

    /// <summary>The maximum number of tokens in a row.</summary>
    public int? MaxLength { get; init; }

    /// <summary>A classifier's labels.</summary>
    public int? Labels { get; init; }

    /// <summary>A ranker's control tokens.</summary>
    public RankerTokens? RankerTokens { get; init; }

    /// <summary>A fuser's control tokens.</summary>
    public GeneratorTokens? GeneratorTokens { get; init; }
}
