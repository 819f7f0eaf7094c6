using System.Text.Json;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Scoring;

/// <summary>
/// <c>/predict</c> of Text Embeddings Inference: pairs of source and text; the answer is a list for each pair, in order, of labels with
/// scores, the highest first.
/// </summary>
internal sealed class TeiPredictProtocol(ScorerSettings settings) : IScoreProtocol
{
    // The names of a model whose configuration names none.
    private const string SecondOfTwo = "LABEL_1";

    /// <inheritdoc/>
    public string Path => "/predict";

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, string source, IReadOnlyList<string> texts)
    {
        json.WriteStartArray("inputs");
        foreach (var text in texts)
        {
            json.WriteStartArray();
            json.WriteStringValue(source);
            json.WriteStringValue(text);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteBoolean("raw_scores", !settings.ScoresAreProbabilities);
        json.WriteBoolean("truncate", true);
    }

    /// <inheritdoc/>
    public double[] Read(JsonElement root, int count) => Array.ConvertAll(ScoreList.Entries(root, "the list", count), ReadScore);

    private double ReadScore(JsonElement predictions)
    {
        if (predictions.ValueKind is not JsonValueKind.Array || predictions.GetArrayLength() == 0)
        {
            throw ScoreList.Invalid("an entry of the list contains no labels");
        }

        var labels = predictions.EnumerateArray().Select(static one => one.Field("label").Text() ?? "").ToArray();
        var scores = predictions.EnumerateArray().Select((one, i) => ScoreList.ReadScore(one.Field("score"), $"the score of the label \"{labels[i]}\"")).ToArray();
        var label = settings.Label ?? (labels.Length == 1 ? labels[0] : labels.Length == 2 ? SecondOfTwo : null);
        var index = Array.IndexOf(labels, label);
        return index >= 0
            ? ScoreList.OfLabel(scores, index, settings.ScoresAreProbabilities)
            : throw ScoreList.Invalid($"its labels are {string.Join(", ", labels.Order(StringComparer.Ordinal))}, and the setting Label must name the one whose score counts");
    }
}
