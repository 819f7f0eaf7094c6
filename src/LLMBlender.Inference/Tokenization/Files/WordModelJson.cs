using System.Globalization;
using System.Text.Json;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Creates a tokenizer.json model whose vocabulary is a table of ids: WordPiece or BPE.</summary>
internal static class WordModelJson
{
    private const int LongestWord = 100;

    /// <param name="file">The file, for error messages.</param>
    /// <param name="table">Pieces and ids.</param>
    /// <param name="settings">The model's other fields.</param>
    /// <exception cref="ModelException">The JSON is malformed, or of an unsupported type.</exception>
    public static WordModel Make(string file, List<(string Piece, int Id)> table, IReadOnlyDictionary<string, JsonElement> settings)
    {
        // Files of tokenizers 0.9 and older don't specify the model type.
        string type = Text(file, settings, "type") ?? (settings.ContainsKey("merges") ? "BPE" : "WordPiece");
        return type switch
        {
            "WordPiece" => WordModel.WordPiece(
                file,
                table,
                Text(file, settings, "unk_token") ?? "[UNK]",
                Text(file, settings, "continuing_subword_prefix") ?? "##",
                Number(file, settings, "max_input_chars_per_word") ?? LongestWord),
            "BPE" => MakeBytePair(file, table, settings),
            _ => throw new ModelException(file, $"model.type is \"{type}\": a vocabulary that is a table makes WordPiece or BPE"),
        };
    }

    private static WordModel MakeBytePair(
        string file, List<(string Piece, int Id)> table, IReadOnlyDictionary<string, JsonElement> settings)
    {
        foreach (string neutral in new[] { "continuing_subword_prefix", "end_of_word_suffix", "dropout", "byte_fallback", "fuse_unk", "ignore_merges" })
        {
            if (settings.TryGetValue(neutral, out JsonElement value)
                && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False)
                && !(value.ValueKind == JsonValueKind.String && value.GetString()!.Length == 0)
                && !(value.ValueKind == JsonValueKind.Number && value.GetDouble() == 0))
            {
                throw new ModelException(file, $"model.{neutral} is {value.GetRawText()}: it isn't supported for BPE");
            }
        }

        string? unknown = Text(file, settings, "unk_token");
        return WordModel.BytePair(file, table, Merges(file, settings), unknown ?? "<unk>", writesUnknown: unknown is not null);
    }

    // "a b", or ["a", "b"] since tokenizers 0.20.
    private static IEnumerable<(string Left, string Right)> Merges(string file, IReadOnlyDictionary<string, JsonElement> settings)
    {
        if (!settings.TryGetValue("merges", out JsonElement merges) || merges.ValueKind != JsonValueKind.Array)
        {
            throw new ModelException(file, "model.merges must be an array, as BPE models have it");
        }

        int index = 0;
        foreach (JsonElement merge in merges.EnumerateArray())
        {
            string[] parts = merge.ValueKind switch
            {
                JsonValueKind.String => merge.GetString()!.Split(' '),
                JsonValueKind.Array when merge.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String) =>
                    [.. merge.EnumerateArray().Select(part => part.GetString()!)],
                _ => [],
            };
            yield return parts is [var left, var right]
                ? (left, right)
                : throw new ModelException(file, $"model.merges[{index}] must be two pieces");
            index++;
        }
    }

    private static string? Text(string file, IReadOnlyDictionary<string, JsonElement> settings, string name) =>
        !settings.TryGetValue(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new ModelException(file, $"model.{name} is {value.GetRawText()}: it must be a string");

    private static int? Number(string file, IReadOnlyDictionary<string, JsonElement> settings, string name) =>
        !settings.TryGetValue(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number > 0 ? number
        : throw new ModelException(file, string.Create(CultureInfo.InvariantCulture, $"model.{name} is {value.GetRawText()}: it must be a number above 0"));
}
