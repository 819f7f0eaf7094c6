using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Tokenization.AddedTokens;
using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>
/// Reads <c>tokenizer.json</c>, the file of Hugging Face's fast tokenizers, for Unigram, WordPiece and BPE models. An unknown pipeline step
/// causes an error that contains its name; it is never skipped.
/// </summary>
internal sealed class TokenizerJson
{
    private readonly string file;
    private readonly Dictionary<string, JsonElement> parts = [];
    private WordModel? words;

    private TokenizerJson(string file) => this.file = file;

    /// <exception cref="ModelException">The file is malformed, or uses an unsupported feature.</exception>
    public static TokenizerModel Read(string file, TokenizerConfig config)
    {
        byte[] bytes = ModelFile.ReadAll(file);
        if (!Utf8.IsValid(bytes))
        {
            throw new ModelException(file, "is not valid UTF-8");
        }

        try
        {
            return new TokenizerJson(file).Read(bytes, config);
        }
        catch (JsonException e)
        {
            throw new ModelException(file, $"is not valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // System.Text.Json throws this for an escaped lone surrogate.
            throw new ModelException(file, "contains invalid Unicode", e);
        }
    }

    private TokenizerModel Read(byte[] bytes, TokenizerConfig config)
    {
        ReadTop(bytes);
        WordModel words = this.words ?? throw new ModelException(file, "model is missing");
        Vocabulary vocabulary = words.Vocabulary;
        AddedTokenList tokens = ReadAddedTokens(vocabulary);
        AddedTokenFiles.Update(file, tokens, config);
        List<AddedToken> added = tokens.ById;
        int count = Math.Max(vocabulary.Count, added.Count == 0 ? 0 : added[^1].Id + 1);
        string unknown = vocabulary.UnknownId == ByteTrie.None ? "[UNK]" : Encoding.UTF8.GetString(vocabulary.Piece(vocabulary.UnknownId));
        return new TokenizerModel
        {
            Files = [file, .. config.Files],
            Vocabulary = vocabulary,
            Segment = words.Segment,
            Normalizers = TokenizerBounds.Checked([.. NormalizerJson.Read(Part("normalizer"), config)], file),
            PreTokenizers = TokenizerBounds.Checked([.. PreTokenizerJson.Read(Part("pre_tokenizer"), config.Flag("add_prefix_space"))], file),
            Template = PostProcessorJson.Read(Part("post_processor"), count),
            Detokenizer = PreTokenizerJson.ReadDecoder(Part("decoder"), config.CleanUp),
            AddedTokens = added,
            SpecialTokens = config.SpecialTokens.OrUsual(added, unknown),
        };
    }

    private void ReadTop(byte[] bytes)
    {
        var reader = new Utf8JsonReader(TokenizerFiles.WithoutMark(bytes).Span);
        Expect(ref reader, JsonTokenType.StartObject, "the file", "must be an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                words = ReadModel(ref reader);
            }
            else
            {
                string name = reader.GetString()!;
                reader.Read();
                parts[name] = JsonElement.ParseValue(ref reader);
            }
        }

        if (reader.Read())
        {
            throw new ModelException(file, "has more after its object");
        }
    }

    private WordModel ReadModel(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "model", "must be an object");
        Vocabulary.Builder? pieces = null;
        List<(string, int)>? table = null;
        var settings = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == "vocab" && pieces is null && table is null)
            {
                (pieces, table) = reader.TokenType == JsonTokenType.StartObject
                    ? ((Vocabulary.Builder?)null, ReadTable(ref reader))
                    : (ReadPieces(ref reader), null);
                continue;
            }

            settings[name] = JsonElement.ParseValue(ref reader);
        }

        return table is null ? MakeUnigram(pieces, settings) : WordModelJson.Make(file, table, settings);
    }

    private WordModel MakeUnigram(Vocabulary.Builder? pieces, Dictionary<string, JsonElement> settings)
    {
        int unknownId = -1;
        if (settings.TryGetValue("type", out JsonElement type) && (type.ValueKind != JsonValueKind.String || type.GetString() != "Unigram"))
        {
            throw new ModelException(
                file, $"model.type is {type.GetRawText()}: supported are Unigram, whose vocabulary is a list, and WordPiece and BPE, whose is a table");
        }

        if (settings.TryGetValue("unk_id", out JsonElement unknown)
            && (unknown.ValueKind != JsonValueKind.Number || !unknown.TryGetInt32(out unknownId)))
        {
            throw new ModelException(file, $"model.unk_id is {unknown.GetRawText()}: it must be a piece's id");
        }

        bool byteFallback = settings.TryGetValue("byte_fallback", out JsonElement fallback) && fallback.ValueKind == JsonValueKind.True;
        return new WordModel(TokenizerFiles.MakeVocabulary(file, pieces, unknownId, byteFallback), Unigram.Encode);
    }

    private List<(string, int)> ReadTable(ref Utf8JsonReader reader)
    {
        List<(string, int)> table = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string piece = reader.GetString()!;
            reader.Read();
            table.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int id)
                ? (piece, id)
                : throw new ModelException(file, $"model.vocab: \"{piece}\" must have a whole number as its id"));
        }

        return table;
    }

    // Read token by token: parsing a large vocabulary as a document would dominate the loading time.
    private Vocabulary.Builder ReadPieces(ref Utf8JsonReader reader)
    {
        var pieces = new Vocabulary.Builder();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new ModelException(
                file, $"model.vocab is of type {reader.TokenType}: it must be an array, as Unigram models have it, or a table, as others do");
        }

        byte[] unescaped = new byte[64];
        for (int id = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; id++)
        {
            Need(reader.TokenType == JsonTokenType.StartArray, id);
            Need(reader.Read() && reader.TokenType == JsonTokenType.String, id);
            ReadOnlySpan<byte> piece = reader.ValueSpan;
            if (reader.ValueIsEscaped)
            {
                Array.Resize(ref unescaped, Math.Max(unescaped.Length, piece.Length));
                piece = unescaped.AsSpan(0, reader.CopyString(unescaped));
            }

            pieces.Add(piece, 0);
            Need(reader.Read() && reader.TokenType == JsonTokenType.Number, id);
            pieces.Scores[^1] = JsonScore.Parse(reader.ValueSpan);
            Need(double.IsFinite(pieces.Scores[^1]), id);
            Need(reader.Read() && reader.TokenType == JsonTokenType.EndArray, id);
        }

        return pieces;
    }

    private void Need(bool met, int id)
    {
        if (!met)
        {
            throw new ModelException(file, $"model.vocab[{id}] must be [\"piece\", score], the score finite");
        }
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what, string rule)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new ModelException(file, $"{what} is of type {reader.TokenType}: it {rule}");
        }
    }

    private JsonFields? Part(string name) =>
        Element(name) is { } element ? new JsonFields(file, name, element) : null;

    private JsonElement? Element(string name) =>
        parts.TryGetValue(name, out JsonElement part) && part.ValueKind != JsonValueKind.Null ? part : null;

    private AddedTokenList ReadAddedTokens(Vocabulary vocabulary)
    {
        var tokens = new AddedTokenList(vocabulary);
        if (Element("added_tokens") is not { } element)
        {
            return tokens;
        }

        if (element.ValueKind != JsonValueKind.Array)
        {
            throw new ModelException(file, $"added_tokens is of type {element.ValueKind}: it must be an array");
        }

        int index = 0;
        foreach (JsonElement value in element.EnumerateArray())
        {
            var fields = new JsonFields(file, $"added_tokens[{index++}]", value);
            AddedToken token = TokenizerConfig.ReadAddedToken(fields, fields.RequiredCount("id"));
            int id = tokens.Add(token);
            if (id != token.Id)
            {
                throw fields.Wrong(
                    "id", fields.Required("id"), $"{token.Content} gets the id {id} from the vocabulary or its place");
            }
        }

        return tokens;
    }
}
