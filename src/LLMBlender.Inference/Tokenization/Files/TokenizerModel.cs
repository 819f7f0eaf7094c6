using LLMBlender.Inference.Tokenization.AddedTokens;
using LLMBlender.Inference.Tokenization.Decoding;
using LLMBlender.Inference.Tokenization.Normalization;
using LLMBlender.Inference.Tokenization.PreTokenization;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>The content of a tokenizer's files, in the terms of Hugging Face's fast tokenizers.</summary>
internal sealed record TokenizerModel
{
    /// <summary>The files read, in order of precedence.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    public required Vocabulary Vocabulary { get; init; }

    /// <summary>Converts a pre-token to pieces of the vocabulary.</summary>
    public Segmentation Segment { get; init; } = Unigram.Encode;

    public required IReadOnlyList<Normalizer> Normalizers { get; init; }

    public required IReadOnlyList<PreTokenizer> PreTokenizers { get; init; }

    /// <summary>The special tokens added to texts on request.</summary>
    public required Template Template { get; init; }

    public required Detokenizer Detokenizer { get; init; }

    /// <summary>Added tokens by ascending id.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    public required SpecialTokens SpecialTokens { get; init; }
}
