using System.Text.Json;

namespace LLMBlender.Records;

/// <summary>
/// Checks the start of a file: a file in another encoding, or one JSON value over several lines, is reported once instead of
/// for each line.
/// </summary>
internal static class RecordFormat
{
    /// <summary>The rule for records, for errors.</summary>
    public const string Rule = "records are JSON Lines: one whole object on each line";

    /// <summary>Checks a file's first non-blank line.</summary>
    /// <exception cref="UsageException">The file is not a file of records.</exception>
    public static void Check(string name, ReadOnlySpan<byte> line)
    {
        if (EncodingOf(line) is { } encoding)
        {
            throw new UsageException(
                $"{name}: is {encoding}, and records must be UTF-8: write it again as UTF-8 (in PowerShell: Set-Content -Encoding utf8)");
        }

        var trimmed = line.Trim(" \t\r"u8);
        if (trimmed is [(byte)'[' or (byte)'{', ..] and [.., (byte)'[' or (byte)'{' or (byte)','] && !IsWhole(trimmed))
        {
            throw new UsageException(
                $"{name}: begins with a JSON {(trimmed[0] == '[' ? "array" : "object")} over several lines, and {Rule} (jq -c '{(trimmed[0] == '[' ? ".[]" : ".")}' makes them)");
        }
    }

    /// <summary>The encoding that the first bytes indicate; null if it may be UTF-8.</summary>
    public static string? EncodingOf(ReadOnlySpan<byte> start) => start switch
    {
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] => "UTF-32",
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, not 0, ..] or [not 0, 0, ..] => "UTF-16",
        _ => null,
    };

    private static bool IsWhole(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, isFinalBlock: false, default);
            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                return false;
            }

            document.Dispose();
            return true;
        }
        catch (JsonException)
        {
            // The JSON is invalid, so more lines don't complete it; the line's error gives the reason.
            return true;
        }
    }
}
