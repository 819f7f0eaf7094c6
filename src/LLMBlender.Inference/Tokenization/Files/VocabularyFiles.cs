using System.Text;
using System.Text.Json;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Tokenization.AddedTokens;
using LLMBlender.Inference.Tokenization.Decoding;
using LLMBlender.Inference.Tokenization.Normalization;
using LLMBlender.Inference.Tokenization.PreTokenization;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>
/// Converts BERT's <c>vocab.txt</c>, or RoBERTa's and BART's <c>vocab.json</c> with <c>merges.txt</c>, to the pipeline that Hugging Face's
/// converters (<c>BertConverter</c>, <c>RobertaConverter</c> of transformers 4.36) create.
/// </summary>
internal static class VocabularyFiles
{
    private const int LongestWord = 100;

    /// <summary>Reads a WordPiece vocabulary, one piece per line.</summary>
    /// <exception cref="ModelException">The file is invalid, or of an unsupported family.</exception>
    public static TokenizerModel ReadWordPieces(string file, TokenizerConfig config)
    {
        RequireClass(config, "Bert", "Electra", "DistilBert", "Bleurt");
        SpecialTokens roles = config.SpecialTokens.Or(SpecialTokens.Bert);
        List<(string Piece, int Id)> table = [.. Lines(file).Select((line, id) => (line, id))];
        WordModel words = WordModel.WordPiece(file, table, roles.Unk!, "##", LongestWord);
        bool lowercase = config.Flag("do_lower_case") ?? true;
        return Make([file], config, roles, words, isBert: true) with
        {
            Normalizers =
            [
                new BertNormalizer(
                    cleanText: true, config.Flag("tokenize_chinese_chars") ?? true, config.Flag("strip_accents") ?? lowercase, lowercase),
            ],
            PreTokenizers = [new BertPreTokenizer()],
            Detokenizer = new WordPieceDetokenizer("##", config.CleanUp),
        };
    }

    /// <summary>Reads a byte-level BPE vocabulary and its merges.</summary>
    /// <exception cref="ModelException">A file is invalid or missing, or of an unsupported family.</exception>
    public static TokenizerModel ReadBytePairs(string file, TokenizerConfig config)
    {
        RequireClass(config, "Roberta", "Bart");
        string mergesFile = Path.Combine(Path.GetDirectoryName(file)!, "merges.txt");
        SpecialTokens roles = config.SpecialTokens.Or(SpecialTokens.Roberta);
        WordModel words = WordModel.BytePair(file, Table(file), Merges(mergesFile), roles.Unk!, writesUnknown: true);
        return Make([file, mergesFile], config, roles, words, isBert: false) with
        {
            PreTokenizers = [new GptPreTokenizer(config.Flag("add_prefix_space") ?? false), new ByteLettersPreTokenizer()],
            Detokenizer = new ByteLevelDetokenizer(config.CleanUp),
        };
    }

    private static TokenizerModel Make(string[] files, TokenizerConfig config, SpecialTokens roles, WordModel words, bool isBert)
    {
        AddedTokenList added = AddedTokenFiles.Collect(files[0], [], words.Vocabulary, config, roles, []);
        int Id(string content) => added.Find(content)
            ?? throw new ModelException(files[0], $"has no piece {content}, which begins or ends every text");
        return new TokenizerModel
        {
            Files = [.. files, .. config.Files],
            Vocabulary = words.Vocabulary,
            Segment = words.Segment,
            Normalizers = [],
            PreTokenizers = [],
            Template = PostProcessorJson.Fixed([Id(roles.Cls!)], [Id(roles.Sep!)], isBert),
            Detokenizer = new SpacedDetokenizer(config.CleanUp),
            AddedTokens = added.ById,
            SpecialTokens = roles,
        };
    }

    private static void RequireClass(TokenizerConfig config, params string[] families)
    {
        if (config.TokenizerClass is { } name && !families.Any(family => name == family + "Tokenizer" || name == family + "TokenizerFast"))
        {
            throw config.Wrong(
                "tokenizer_class", $"without tokenizer.json, these files are read for {string.Join(", ", families.Select(f => f + "Tokenizer"))} only");
        }
    }

    private static string[] Lines(string file)
    {
        if (!File.Exists(file))
        {
            throw new ModelException(file, "the file is missing");
        }

        string text = Encoding.UTF8.GetString(TokenizerFiles.WithoutMark(ModelFile.ReadAll(file)).Span);
        string[] lines = text.Split('\n');
        return [.. (lines[^1].Length == 0 ? lines[..^1] : lines).Select(line => line.TrimEnd('\r'))];
    }

    private static List<(string Piece, int Id)> Table(string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(TokenizerFiles.WithoutMark(ModelFile.ReadAll(file)));
            var fields = new JsonFields(file, "", document.RootElement);
            return [.. fields.All.Select(field => (field.Name, field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt32(out int id)
                ? id
                : throw fields.Wrong(field.Name, field.Value, "must be an id")))];
        }
        catch (JsonException e)
        {
            throw new ModelException(file, $"is not valid JSON: {e.Message}", e);
        }
    }

    private static IEnumerable<(string Left, string Right)> Merges(string file) => Lines(file)
        .Where((line, i) => line.Length > 0 && !(i == 0 && line.StartsWith("#version", StringComparison.Ordinal)))
        .Select(line => line.Split(' ') is [var left, var right]
            ? (left, right)
            : throw new ModelException(file, $"the line \"{line}\" must be two pieces and a space between them"));
}
