using System.Text.Json;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Scoring;

/// <summary>
/// Cohere's rerank API and those modelled on it, Jina's and vLLM's: a query and documents; the answer's <c>results</c> is a list of index
/// and relevance score, best first.
/// </summary>
internal sealed class RerankProtocol(ScorerSettings settings) : IScoreProtocol
{
    /// <inheritdoc/>
    public string Path => settings.Kind switch
    {
        ScorerSettings.CohereRerank => "/v2/rerank",
        ScorerSettings.JinaRerank => "/v1/rerank",
        _ => "/rerank",
    };

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, string source, IReadOnlyList<string> texts)
    {
        json.WriteModel(settings);
        json.WriteString("query", source);
        json.WriteTexts("documents", texts);
        switch (settings.Kind)
        {
            case ScorerSettings.JinaRerank:
                json.WriteBoolean("return_documents", false);
                break;
            case ScorerSettings.VllmRerank:
                json.WriteVllmFields(settings);
                break;
        }
    }

    /// <inheritdoc/>
    public double[] Read(JsonElement root, int count) => ScoreList.ReadIndexed(root.Field("results"), "results", "relevance_score", count);
}
