using LLMBlender.Training.Network;

namespace LLMBlender.Training.Runs;

/// <summary>The dimensions a run chooses; the vocabulary and the markers come from the tokenizer.</summary>
internal sealed record NetworkShape
{
    public required int HiddenSize { get; init; }

    public required int NumHiddenLayers { get; init; }

    public required int NumAttentionHeads { get; init; }

    public required int IntermediateSize { get; init; }

    public int PositionBuckets { get; init; } = 32;

    public int MaxPositionEmbeddings { get; init; } = 512;

    public double InitializerRange { get; init; } = 0.02;

    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>Written to config.json; the fused path of the trainer applies none.</summary>
    public double AttentionProbsDropoutProb { get; init; }

    public double DropOut { get; init; } = 0.05;

    /// <summary>Lengths to rank with, which the export's config.json names; the reference's where absent.</summary>
    public int SourceMaxlength { get; init; } = -1;

    /// <inheritdoc cref="SourceMaxlength"/>
    public int CandidateMaxlength { get; init; } = -1;

    /// <summary>The network's configuration for a tokenizer.</summary>
    public NetworkConfig With(RankerTokens tokens) => new()
    {
        VocabSize = tokens.VocabSize,
        HiddenSize = HiddenSize,
        Layers = NumHiddenLayers,
        Heads = NumAttentionHeads,
        IntermediateSize = IntermediateSize,
        PositionBuckets = PositionBuckets,
        MaxPosition = MaxPositionEmbeddings,
        InitializerRange = InitializerRange,
        HiddenDropout = HiddenDropoutProb,
        AttentionDropout = AttentionProbsDropoutProb,
        HeadDropout = DropOut,
        SourceId = tokens.Layout.SourceId,
        Candidate1Id = tokens.Layout.Candidate1Id,
        Candidate2Id = tokens.Layout.Candidate2Id,
        CandidateId = tokens.CandidateId,
        SourceMaxLength = SourceMaxlength,
        CandidateMaxLength = CandidateMaxlength,
    };
}
