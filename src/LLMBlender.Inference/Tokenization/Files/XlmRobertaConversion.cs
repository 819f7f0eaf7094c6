using System.Text;
using LLMBlender.Inference.Tokenization.AddedTokens;
using LLMBlender.Inference.Tokenization.Decoding;
using LLMBlender.Inference.Tokenization.Normalization;
using LLMBlender.Inference.Tokenization.PreTokenization;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>
/// Converts XLM-RoBERTa's <c>sentencepiece.bpe.model</c> to the pipeline that Hugging Face's converter (<c>XLMRobertaConverter</c> of
/// transformers 4.36) creates: fairseq's four special tokens precede the pieces, whose own first three are removed, and the mask follows
/// them.
/// </summary>
internal static class XlmRobertaConversion
{
    /// <summary>The file's name.</summary>
    public const string FileName = "sentencepiece.bpe.model";

    private const int UnknownId = 3;
    private const int OwnSpecialPieces = 3;

    private static readonly string[] Fairseq = ["<s>", "<pad>", "</s>", "<unk>"];

    /// <exception cref="ModelException">The file is invalid, or of an unsupported family.</exception>
    public static TokenizerModel Read(string file, TokenizerConfig config)
    {
        if (config.TokenizerClass is not (null or "XLMRobertaTokenizer" or "XLMRobertaTokenizerFast"))
        {
            throw config.Wrong("tokenizer_class", $"without tokenizer.json, {FileName} is read for XLMRobertaTokenizer only");
        }

        SentencePieceModel model = SentencePieceModel.Read(file);
        Vocabulary vocabulary = TokenizerFiles.MakeVocabulary(file, Pieces(file, model), UnknownId, byteFallback: false);
        SpecialTokens roles = config.SpecialTokens.Or(SpecialTokens.Roberta);
        AddedTokenList added = AddedTokenFiles.Collect(file, [], vocabulary, config, roles, []);
        int Id(string content) => added.Find(content)
            ?? throw new ModelException(file, $"has no piece {content}, which begins or ends every text");
        return new TokenizerModel
        {
            Files = [file, .. config.Files],
            Vocabulary = vocabulary,
            Normalizers = [.. model.CharsMap is { } map ? [new CharsMapNormalizer(map)] : Array.Empty<Normalizer>(), new SpaceRunNormalizer(" "u8.ToArray())],
            PreTokenizers = [new MetaspacePreTokenizer("▁"u8.ToArray(), PrependScheme.Always, split: true)],
            Template = PostProcessorJson.Fixed([Id(roles.Cls!)], [Id(roles.Sep!)], isBert: false),
            Detokenizer = new MetaspaceDetokenizer("▁", dropFirst: true, config.CleanUp),
            AddedTokens = added.ById,
            SpecialTokens = roles,
        };
    }

    private static Vocabulary.Builder Pieces(string file, SentencePieceModel model)
    {
        if (model.Pieces.Scores.Count <= OwnSpecialPieces)
        {
            throw new ModelException(file, "has no pieces beside its special ones");
        }

        var pieces = new Vocabulary.Builder();
        foreach (string special in Fairseq)
        {
            pieces.Add(Encoding.UTF8.GetBytes(special), 0);
        }

        ReadOnlySpan<byte> text = model.Pieces.Text.Span;
        for (int id = OwnSpecialPieces; id < model.Pieces.Scores.Count; id++)
        {
            int end = id + 1 < model.Pieces.Starts.Count ? model.Pieces.Starts[id + 1] : text.Length;
            pieces.Add(text[model.Pieces.Starts[id]..end], model.Pieces.Scores[id]);
        }

        pieces.Add("<mask>"u8, 0);
        return pieces;
    }
}
