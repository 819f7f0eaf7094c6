using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Gateway.Callers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Blending;

/// <summary>
/// Reranking as clients of Cohere and Jina (<c>/v1/rerank</c>, <c>/v2/rerank</c>) and of Text Embeddings Inference
/// (<c>/rerank</c>) ask for it. The query is the instruction, the documents are the candidates.
/// </summary>
public static class RerankEndpoint
{
    /// <summary>Maps the paths.</summary>
    public static IEndpointRouteBuilder MapRerank(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapPost("/v1/rerank", ApiEndpoint.Of(RerankAsync));
        endpoints.MapPost("/v2/rerank", ApiEndpoint.Of(RerankAsync));
        endpoints.MapPost("/rerank", ApiEndpoint.Of(RerankTextsAsync));
        return endpoints;
    }

    private static async Task RerankAsync(HttpContext context, IBlender blender)
    {
        using var body = await JsonBody.ReadAsync(context);
        var fields = RequestFields.Of(body.RootElement);
        var texts = Texts(fields, "documents");
        var most = (int)(fields.OptionalWhole("top_n", 1, int.MaxValue) ?? texts.Length);
        var withTexts = fields.Flag("return_documents");
        var (order, relevance, ranker) = await RankAsync(context, blender, fields, texts);
        await JsonBody.WriteAsync(context, json =>
        {
            json.WriteString("id", $"rerank-{Guid.NewGuid():N}");
            json.WriteString("model", ranker);
            RecordJson.WriteList(json, "results", order[..Math.Min(most, order.Length)], place =>
            {
                json.WriteStartObject();
                json.WriteNumber("index", place);
                json.WriteNumber("relevance_score", relevance[place]);
                if (withTexts)
                {
                    json.WriteStartObject("document");
                    json.WriteString("text", texts[place]);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            });
        });
    }

    private static async Task RerankTextsAsync(HttpContext context, IBlender blender)
    {
        using var body = await JsonBody.ReadAsync(context);
        var fields = RequestFields.Of(body.RootElement);
        var texts = Texts(fields, "texts");
        var withTexts = fields.Flag("return_text");
        var raw = fields.Flag("raw_scores");
        var (order, relevance, _) = await RankAsync(context, blender, fields, texts, raw);
        await JsonBody.WriteListAsync(context, order, (json, place) =>
        {
            json.WriteNumber("index", place);
            json.WriteNumber("score", relevance[place]);
            if (withTexts)
            {
                json.WriteString("text", texts[place]);
            }
        });
    }

    private static async Task<(int[] Order, double[] Relevance, string Ranker)> RankAsync(
        HttpContext context, IBlender blender, RequestFields fields, string[] texts, bool raw = false)
    {
        var response = await blender.RankAsync(
            new RankingRequest
            {
                Instruction = fields.Text("query"),
                Candidates = Array.ConvertAll(texts, static text => new Candidate(null, text)),
                Ranker = fields.OptionalText("model"),
                Timeout = fields.Timeout(),
            },
            context.RequestAborted);
        Caller.Of(context)?.Spend(response.PromptTokens, response.CompletionTokens, response.Cost);
        var order = Enumerable.Range(0, texts.Length).OrderBy(place => response.Ranks[place]).ToArray();

        // Logits become chances to win, which is what these clients expect: from 0 to 1.
        var relevance = Array.ConvertAll(response.Scores, score => raw ? score : 1 / (1 + Math.Exp(-score)));
        return (order, relevance, response.Ranker);
    }

    private static string[] Texts(RequestFields fields, string field)
    {
        const string Rule = "a list of texts, or of objects with a \"text\"";
        var list = fields.OptionalList(field, Rule) ?? throw new RequestException(ApiError.Invalid(field, $"\"{field}\" is missing, and must be {Rule}"));
        return [.. list.Select((entry, i) => entry.ValueKind is JsonValueKind.String
            ? entry.GetString()!
            : RequestFields.Of(entry, $"{field}[{i}]").Text("text"))];
    }
}
