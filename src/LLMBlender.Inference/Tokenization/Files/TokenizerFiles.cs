using System.Text;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Reads a tokenizer's folder.</summary>
internal static class TokenizerFiles
{
    /// <summary>The vocabulary files; the first one that exists is used.</summary>
    public static IReadOnlyList<string> Vocabularies { get; } =
        ["tokenizer.json", "spm.model", "spiece.model", XlmRobertaConversion.FileName, "vocab.json", "vocab.txt"];

    /// <summary>All files of a tokenizer.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Vocabularies, "merges.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];

    /// <exception cref="ModelException">The folder contains no tokenizer, or an unusable one.</exception>
    public static TokenizerModel Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new ModelException(folder, "there is no such folder");
        }

        try
        {
            return ReadChecked(folder);
        }
        catch (InvalidOperationException e)
        {
            // System.Text.Json throws this for an escaped lone surrogate.
            throw new ModelException(folder, "one of its JSON files contains invalid Unicode", e);
        }
    }

    private static TokenizerModel ReadChecked(string folder)
    {
        string json = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(json))
        {
            return TokenizerJson.Read(json, TokenizerConfig.Read(folder));
        }

        foreach (string name in new[] { "spm.model", "spiece.model" })
        {
            string file = Path.Combine(folder, name);
            if (File.Exists(file))
            {
                return SentencePieceConversion.Read(file, TokenizerConfig.Read(folder));
            }
        }

        string bpe = Path.Combine(folder, XlmRobertaConversion.FileName);
        if (File.Exists(bpe))
        {
            return XlmRobertaConversion.Read(bpe, TokenizerConfig.Read(folder));
        }

        string table = Path.Combine(folder, "vocab.json");
        if (File.Exists(table))
        {
            return VocabularyFiles.ReadBytePairs(table, TokenizerConfig.Read(folder));
        }

        string list = Path.Combine(folder, "vocab.txt");
        return File.Exists(list)
            ? VocabularyFiles.ReadWordPieces(list, TokenizerConfig.Read(folder))
            : throw new ModelException(
                folder, "contains no tokenizer: it needs tokenizer.json, spm.model, spiece.model, sentencepiece.bpe.model, vocab.json with merges.txt, or vocab.txt");
    }

    /// <summary>The bytes without the UTF-8 byte order mark.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(byte[] bytes) =>
        bytes.AsMemory(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);

    /// <summary>Creates the vocabulary after checking that it contains the unknown id.</summary>
    public static Vocabulary MakeVocabulary(string file, Vocabulary.Builder? pieces, int unknownId, bool byteFallback)
    {
        if (pieces is null || pieces.Scores.Count == 0)
        {
            throw new ModelException(file, "has no vocabulary: at least the unknown piece is needed");
        }

        if (unknownId < 0 || unknownId >= pieces.Scores.Count)
        {
            throw new ModelException(
                file, $"unk_id is {unknownId}: it must be the id of one of the {pieces.Scores.Count} pieces");
        }

        return new Vocabulary(pieces, unknownId, byteFallback);
    }
}
