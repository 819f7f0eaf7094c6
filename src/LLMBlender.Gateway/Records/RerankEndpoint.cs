using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
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
        endpoints.MapApiPost("/rerank", json.RerankRequest, json.RerankedTextArray, RerankTextsAsync)
            .WithName("rerank_texts")
            .WithSummary("Rerank texts, for clients of Text Embeddings Inference.")
            .WithMetadata(new RequestExample("""{"query":"What is the number?","texts":["4 is the number","2 is the number"]}"""));
        return endpoints;
    }

    private static async Task<RerankResponse?> RerankAsync(ApiCall call, RerankRequest request)
    {
        if (request.Texts is null)
        {
            return await RankDocumentsAsync(call, request);
        }

        await JsonBody.WriteAsync(call.Context, await RankTextsAsync(call, request), GatewayJsonContext.Default.RerankedTextArray);
        return null;
    }

    private static async Task<RerankedText[]?> RerankTextsAsync(ApiCall call, RerankRequest request)
    {
        if (request.Documents is null)
        {
            return await RankTextsAsync(call, request with { Texts = request.Texts ?? throw JsonFault.Missing("texts", "a list of texts") });
        }

        await JsonBody.WriteAsync(call.Context, await RankDocumentsAsync(call, request), GatewayJsonContext.Default.RerankResponse);
        return null;
    }

    private static async Task<RerankResponse> RankDocumentsAsync(ApiCall call, RerankRequest request)
    {
        var (texts, response) = await RankAsync(call, request);
        return new RerankResponse
        {
            Id = $"rerank-{Guid.NewGuid():N}",
            Model = response.Ranker,
            Results =
            [
                .. Order(response, request).Select(place => new RerankedDocument
                {
                    Index = place,
                    RelevanceScore = Relevance(response.Scores[place]),
                    Document = request.ReturnDocuments == true ? new RerankText { Text = texts[place] } : null,
                }),
            ],
        };
    }

    private static async Task<RerankedText[]> RankTextsAsync(ApiCall call, RerankRequest request)
    {
        var (texts, response) = await RankAsync(call, request);
        return
        [
            .. Order(response, request).Select(place => new RerankedText
            {
                Index = place,
                Score = request.RawScores == true ? response.Scores[place] : Relevance(response.Scores[place]),
                Text = request.ReturnText == true ? texts[place] : null,
            }),
        ];
    }

    // An error names the field that the client sent.
    private static async Task<(string[] Texts, RankingResponse Response)> RankAsync(ApiCall call, RerankRequest request)
    {
        var texts = request.ReadTexts();
        try
        {
            return (texts, await call.Blender.RankAsync(request.ToRequest(texts), call.CancellationToken));
        }
        catch (BlendException e) when (e.Parameter is "ranker")
        {
            throw new ApiException(ApiError.NoSuchModel(Renamed(e.Message, "ranker", "model")), e);
        }
        catch (BlendException e) when (e.Parameter is "instruction" or "candidates")
        {
            var field = e.Parameter is "instruction" ? "query" : request.Field;
            throw new ApiException(ApiError.Invalid(field, Renamed(e.Message, e.Parameter, field)), e);
        }
    }

    private static string Renamed(string message, string field, string sent) => message.Replace($"\"{field}\"", $"\"{sent}\"", StringComparison.Ordinal);

    private static IEnumerable<int> Order(RankingResponse response, RerankRequest request) =>
        Enumerable.Range(0, response.Ranks.Length).OrderBy(place => response.Ranks[place]).Take(request.TopN ?? request.TopK ?? int.MaxValue);

    // These clients expect scores from 0 to 1: the sigmoid of the logit.
    private static double Relevance(double score) => 1 / (1 + Math.Exp(-score));
}
