using System.Text.Json;

namespace LLMBlender.Local.Scoring;

/// <summary>The requests and answers of a score server's API.</summary>
internal interface IScoreProtocol
{
    /// <summary>The usual path of the API.</summary>
    string Path { get; }

    /// <summary>The maximum number of texts of a call by the API's form.</summary>
    int MaxBatch => int.MaxValue;

    /// <summary>Writes a request's fields.</summary>
    /// <param name="json">The writer, in the request's object.</param>
    /// <param name="source">The source that the texts answer.</param>
    /// <param name="texts">The texts to score, at least one.</param>
    void Write(Utf8JsonWriter json, string source, IReadOnlyList<string> texts);

    /// <summary>Reads an answer.</summary>
    /// <param name="root">The answer.</param>
    /// <param name="count">The number of texts of the request.</param>
    /// <returns>A finite score for each text, in the order of the request.</returns>
    /// <exception cref="Wire.BackendException">A score is missing, repeated or not a finite number.</exception>
    double[] Read(JsonElement root, int count);
}
