using System.IO.Compression;
using System.Text.Json;

namespace LLMBlender.Training.Data;

/// <summary>Reads JSON Lines, gzipped when the name ends in .gz.</summary>
internal static class DataFiles
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The records of <paramref name="file"/>, in its order.</summary>
    /// <exception cref="DataException">The file can't be read, or a line is not such a record; the message names the line.</exception>
    public static IEnumerable<T> Read<T>(string file)
        where T : class
    {
        using Stream stream = Open(file);
        using var reader = new StreamReader(stream);
        for (int line = 1; NextLine(reader, file) is { } text; line++)
        {
            if (text.Length > 0)
            {
                yield return Parse<T>(text, file, line);
            }
        }
    }

    private static Stream Open(string file)
    {
        try
        {
            Stream stream = File.OpenRead(file);
            return file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{file}: can't be read: {e.Message}", e);
        }
    }

    private static string? NextLine(StreamReader reader, string file)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new DataException($"{file}: can't be read: {e.Message}", e);
        }
    }

    private static T Parse<T>(string text, string file, int line)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, Options)
                ?? throw new DataException($"{file}, line {line}: null is not a {typeof(T).Name}");
        }
        catch (JsonException e)
        {
            throw new DataException($"{file}, line {line}: {e.Message}", e);
        }
    }
}
