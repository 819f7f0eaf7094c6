using LLMBlender.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Records;

/// <summary>
/// Reranking for clients of Cohere and Jina (<c>/v1/rerank</c>, <c>/v2/rerank</c>) and of Text Embeddings Inference
/// (<c>/rerank</c>).
/// </summary>
public static class RerankEndpoint
{
    private static readonly RequestExample Documents =
        new("""{"query":"What is the number?","documents":["4 is the number","2 is the number"],"top_n":1}""");

    /// <summary>Maps the paths.</summary>
    public static IEndpointRouteBuilder MapRerank(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var json = GatewayJsonContext.Default;
        endpoints.MapApiPost("/v1/rerank", json.RerankRequest, json.RerankResponse, RerankAsync)
            .WithName("rerank").WithSummary("Rerank documents, for clients of Cohere and Jina.").WithMetadata(Documents);
        endpoints.MapApiPost("/v2/rerank", json.RerankRequest, json.RerankResponse, RerankAsync)
            .WithName("rerank_v2").WithSummary("Rerank documents, for clients of Cohere.").WithMetadata(Documents);
        endpoints.MapApiPost("/rerank", json.TextsRerankRequest, json.RerankedTextArray, RerankTextsAsync)
            .WithName("rerank_texts")
            .WithSummary("Rerank texts, for clients of Text Embeddings Inference.")
            .WithMetadata(new RequestExample("""{"query":"What is the number?","texts":["4 is the number","2 is the number"]}"""));
        return endpoints;
    }

    private static async Task<RerankResponse?> RerankAsync(ApiCall call, RerankRequest request)
    {
        var texts = request.ReadTexts();
        var response = await call.Blender.RankAsync(request.ToRequest(texts), call.CancellationToken);
        return new RerankResponse
        {
            Id = $"rerank-{Guid.NewGuid():N}",
            Model = response.Ranker,
            Results =
            [
                .. Order(response).Take(request.TopN ?? texts.Length).Select(place => new RerankedDocument
                {
                    Index = place,
                    RelevanceScore = Relevance(response.Scores[place]),
                    Document = request.ReturnDocuments == true ? new RerankText { Text = texts[place] } : null,
                }),
            ],
        };
    }

    private static async Task<RerankedText[]?> RerankTextsAsync(ApiCall call, TextsRerankRequest request)
    {
        var texts = request.ReadTexts();
        var response = await call.Blender.RankAsync(request.ToRequest(texts), call.CancellationToken);
        return
        [
            .. Order(response).Select(place => new RerankedText
            {
                Index = place,
                Score = request.RawScores == true ? response.Scores[place] : Relevance(response.Scores[place]),
                Text = request.ReturnText == true ? texts[place] : null,
            }),
        ];
    }

    private static IEnumerable<int> Order(RankingResponse response) => Enumerable.Range(0, response.Ranks.Length).OrderBy(place => response.Ranks[place]);

    // These clients expect scores from 0 to 1: the sigmoid of the logit.
    private static double Relevance(double score) => 1 / (1 + Math.Exp(-score));
}
