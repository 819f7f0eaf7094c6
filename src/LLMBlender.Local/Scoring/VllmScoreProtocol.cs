using System.Text.Json;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Scoring;

/// <summary><c>/score</c> of vLLM: a first text and a list of second texts; the answer's <c>data</c> is a list of index and score.</summary>
internal sealed class VllmScoreProtocol(ScorerSettings settings) : IScoreProtocol
{
    /// <inheritdoc/>
    public string Path => "/score";

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, string source, IReadOnlyList<string> texts)
    {
        json.WriteModel(settings);
        json.WriteString("text_1", source);
        json.WriteTexts("text_2", texts);
        json.WriteVllmFields(settings);
    }

    /// <inheritdoc/>
    public double[] Read(JsonElement root, int count) => ScoreList.ReadIndexed(root.Field("data"), "data", "score", count);
}
