using System.Text;
using LLMBlender.Inference.Tokenization.AddedTokens;
using LLMBlender.Inference.Tokenization.Decoding;
using LLMBlender.Inference.Tokenization.Normalization;
using LLMBlender.Inference.Tokenization.PreTokenization;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>
/// Converts a SentencePiece file to the pipeline that Hugging Face's converters (<c>DebertaV2Converter</c>, <c>T5Converter</c> of
/// transformers 4.36) create.
/// </summary>
internal static class SentencePieceConversion
{
    private const int DefaultExtraIds = 100;

    /// <exception cref="ModelException">The file is invalid, or of an unsupported family.</exception>
    public static TokenizerModel Read(string file, TokenizerConfig config)
    {
        bool deberta = IsDeberta(file, config);
        SentencePieceModel model = SentencePieceModel.Read(file);
        SpecialTokens roles = config.SpecialTokens.Or(deberta ? SpecialTokens.Deberta : SpecialTokens.T5);
        List<string> extra = deberta ? [] : ExtraIds(config);
        foreach (string content in extra)
        {
            model.Pieces.Add(Encoding.UTF8.GetBytes(content), 0);
        }

        Vocabulary vocabulary = TokenizerFiles.MakeVocabulary(file, model.Pieces, model.UnknownId, byteFallback: false);
        AddedTokenList added =
            AddedTokenFiles.Collect(file, Reserved(model, vocabulary), vocabulary, config, roles, extra);
        return new TokenizerModel
        {
            Files = [file, .. config.Files],
            Vocabulary = vocabulary,
            Normalizers = Normalizers(model, config, deberta),
            PreTokenizers = [new MetaspacePreTokenizer("▁"u8.ToArray(), PrependScheme.Always, split: true)],
            Template = new Template(deberta ? [Id(file, added, roles.Cls!)] : [], [Id(file, added, deberta ? roles.Sep! : roles.Eos!)])
            {
                SecondType = deberta ? 1 : 0,
            },
            Detokenizer = new MetaspaceDetokenizer("▁", dropFirst: true, config.CleanUp),
            AddedTokens = added.ById,
            SpecialTokens = roles,
        };
    }

    private static IEnumerable<AddedToken> Reserved(SentencePieceModel model, Vocabulary vocabulary) =>
        model.Reserved.Select(reserved => new AddedToken(reserved.Id, Encoding.UTF8.GetString(vocabulary.Piece(reserved.Id)))
        {
            Special = reserved.Control,
            Normalized = false,
        });

    private static bool IsDeberta(string file, TokenizerConfig config)
    {
        bool deberta = config.TokenizerClass switch
        {
            "DebertaV2Tokenizer" or "DebertaV2TokenizerFast" => true,
            "T5Tokenizer" or "T5TokenizerFast" => false,
            null => Path.GetFileName(file) == "spm.model",
            _ => throw config.Wrong(
                "tokenizer_class", "without tokenizer.json only DebertaV2Tokenizer and T5Tokenizer are supported"),
        };
        return deberta && config.Flag("split_by_punct") == true
            ? throw config.Wrong("split_by_punct", "splitting at punctuation isn't supported")
            : deberta;
    }

    private static List<Normalizer> Normalizers(SentencePieceModel model, TokenizerConfig config, bool deberta)
    {
        List<Normalizer> normalizers = [];
        if (deberta && config.Flag("do_lower_case") == true)
        {
            normalizers.Add(new LowercaseNormalizer());
        }

        if (deberta)
        {
            normalizers.Add(new StripNormalizer(left: true, right: true));
        }

        if (model.CharsMap is { } map)
        {
            normalizers.Add(new CharsMapNormalizer(map));
        }

        normalizers.Add(new SpaceRunNormalizer(" "u8.ToArray()));
        return normalizers;
    }

    // The last one gets the lowest id.
    private static List<string> ExtraIds(TokenizerConfig config)
    {
        int count = config.Count("extra_ids") ?? DefaultExtraIds;
        return count <= 10_000
            ? [.. Enumerable.Range(0, count).Reverse().Select(i => $"<extra_id_{i}>")]
            : throw config.Wrong("extra_ids", "must be at most 10000");
    }

    private static int Id(string file, AddedTokenList added, string content) =>
        added.Find(content)
        ?? throw new ModelException(file, $"has no piece {content}, which begins or ends every text");
}
