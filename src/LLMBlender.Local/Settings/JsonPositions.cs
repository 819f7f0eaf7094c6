using System.Text;
using System.Text.Json;

namespace LLMBlender.Local.Settings;

/// <summary>The lines and columns of a JSON file's keys, by their configuration paths.</summary>
public sealed class JsonPositions
{
    private readonly Dictionary<string, (int Line, int Column)> positions = new(StringComparer.OrdinalIgnoreCase);

    private JsonPositions()
    {
    }

    /// <summary>Reads the positions; none of a text that is not JSON.</summary>
    public static JsonPositions Of(ReadOnlySpan<byte> json)
    {
        var result = new JsonPositions();
        try
        {
            result.Read(json.StartsWith(Encoding.UTF8.Preamble) ? json[3..] : json);
        }
        catch (JsonException)
        {
            // The part before the fault has positions.
        }

        return result;
    }

    /// <summary>The position, from 1, of a path or of its nearest ancestor in the file; null if it has none.</summary>
    public (int Line, int Column)? Find(string path)
    {
        for (var at = path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOf(':'))])
        {
            if (positions.TryGetValue(at, out var position))
            {
                return position;
            }
        }

        return null;
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var path = new Stack<(string Prefix, int Index)>();
        var (name, line, start, seen) = ("", 1, 0, 0);
        while (reader.Read())
        {
            for (var at = (int)reader.TokenStartIndex; seen < at; seen++)
            {
                (line, start) = json[seen] == '\n' ? (line + 1, seen + 1) : (line, start);
            }

            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                path.Pop();
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = reader.GetString()!;
                positions[Join(path.Peek().Prefix, name)] = (line, Encoding.UTF8.GetCharCount(json[start..seen]) + 1);
                continue;
            }

            if (path.TryPeek(out var within) && within.Index >= 0)
            {
                path.Pop();
                path.Push((within.Prefix, within.Index + 1));
                name = $"{within.Index}";
                positions[Join(within.Prefix, name)] = (line, Encoding.UTF8.GetCharCount(json[start..seen]) + 1);
            }

            var self = path.Count == 0 ? "" : Join(path.Peek().Prefix, name);
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                path.Push((self, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
            }
        }
    }

    private static string Join(string prefix, string name) => prefix.Length == 0 ? name : $"{prefix}:{name}";
}
