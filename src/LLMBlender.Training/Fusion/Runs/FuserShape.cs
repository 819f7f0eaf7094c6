using LLMBlender.Training.Fusion.Data;
using LLMBlender.Training.Fusion.Network;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>The dimensions a run chooses, by the names of config.json; the vocabulary comes from the tokenizer.</summary>
internal sealed record FuserShape
{
    public required int DModel { get; init; }

    public required int DKv { get; init; }

    public required int NumHeads { get; init; }

    public required int DFf { get; init; }

    public required int NumLayers { get; init; }

    public required int NumDecoderLayers { get; init; }

    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>The network's configuration for a tokenizer.</summary>
    public FuserConfig With(FuserTokens tokens) => new()
    {
        VocabSize = tokens.VocabSize,
        ModelSize = DModel,
        HeadSize = DKv,
        Heads = NumHeads,
        FeedForwardSize = DFf,
        EncoderLayers = NumLayers,
        DecoderLayers = NumDecoderLayers,
        Tied = TieWordEmbeddings,
        PadId = tokens.PadId,
        StartId = tokens.PadId,
        EosId = tokens.EosId,
    };
}
