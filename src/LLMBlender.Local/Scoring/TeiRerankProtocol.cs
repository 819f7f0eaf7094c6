using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Local.Scoring;

/// <summary><c>/rerank</c> of Text Embeddings Inference: a query and texts; the answer is a list of index and score, best first.</summary>
internal sealed class TeiRerankProtocol(ScorerSettings settings) : IScoreProtocol
{
    /// <inheritdoc/>
    public string Path => "/rerank";

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, string source, IReadOnlyList<string> texts)
    {
        json.WriteString("query", source);
        json.WriteTexts("texts", texts);
        json.WriteBoolean("raw_scores", !settings.ScoresAreProbabilities);
        json.WriteBoolean("return_text", false);

        // Without it, a server that does not truncate by default refuses a text that is too long.
        json.WriteBoolean("truncate", true);
    }

    /// <inheritdoc/>
    public double[] Read(JsonElement root, int count) => ScoreList.ReadIndexed(root, "the list", "score", count);
}
