using System.Globalization;
using System.Text.Json;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Scoring;

/// <summary>
/// <c>/classify</c> of vLLM: a conversation, which the server formats with the model's chat template, as reward models expect it. The
/// API takes one conversation a call; the answer's <c>data</c> contains the outputs of all labels.
/// </summary>
internal sealed class VllmClassifyProtocol(ScorerSettings settings) : IScoreProtocol
{
    /// <inheritdoc/>
    public string Path => "/classify";

    /// <inheritdoc/>
    public int MaxBatch => 1;

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, string source, IReadOnlyList<string> texts)
    {
        json.WriteModel(settings);
        json.WriteStartArray("messages");
        WriteMessage(json, "user", source);
        WriteMessage(json, "assistant", texts[0]);
        json.WriteEndArray();
        json.WriteVllmFields(settings);
    }

    /// <inheritdoc/>
    public double[] Read(JsonElement root, int count) => Array.ConvertAll(ScoreList.Entries(root.Field("data"), "data", count), ReadScore);

    private static void WriteMessage(Utf8JsonWriter json, string role, string content)
    {
        json.WriteStartObject();
        json.WriteString("role", role);
        json.WriteString("content", content);
        json.WriteEndObject();
    }

    private double ReadScore(JsonElement entry)
    {
        var scores = entry.Field("probs").Entries().Select(static (value, i) => ScoreList.ReadScore(value, $"probs:{i}")).ToArray();
        var label = settings.Label is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : scores.Length <= 2 ? scores.Length - 1 : -1;
        return label >= 0 && label < scores.Length
            ? ScoreList.OfLabel(scores, label, settings.ScoresAreProbabilities)
            : throw ScoreList.Invalid($"probs has {scores.Length} entries, and the setting Label must be the index of the one that counts");
    }
}
