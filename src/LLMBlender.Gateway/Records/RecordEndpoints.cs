using LLMBlender.Abstractions.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Records;

/// <summary>The command line's verbs as HTTP endpoints: the request body is a record, the response the verb's result.</summary>
public static class RecordEndpoints
{
    private const string Candidates = """[{"model":"a","text":"4 is the number"},{"text":"2 is the number"}]""";

    /// <summary>Maps <c>/v1/rank</c>, <c>/v1/compare</c>, <c>/v1/fuse</c> and <c>/v1/blend</c>.</summary>
    public static IEndpointRouteBuilder MapRecords(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var json = RecordJsonContext.Default;
        endpoints.MapApiPost("/v1/rank", json.RankRecord, json.RankResult, RankAsync)
            .WithName("rank")
            .WithSummary("Rank candidates.")
            .WithMetadata(new RequestExample($$"""{"instruction":"What is the number?","candidates":{{Candidates}},"matrix":true}"""));
        endpoints.MapApiPost("/v1/compare", json.CompareRecord, json.CompareResult, CompareAsync)
            .WithName("compare")
            .WithSummary("Compare two candidates.")
            .WithMetadata(new RequestExample("""{"instruction":"What is the number?","a":"4 is the number","b":"2 is the number"}"""));
        endpoints.MapApiPost("/v1/fuse", json.FuseRecord, json.FuseResult, FuseAsync)
            .WithName("fuse")
            .WithSummary("Fuse candidates.")
            .WithMetadata(new RequestExample($$"""{"instruction":"What is the number?","candidates":{{Candidates}}}"""));
        endpoints.MapApiPost("/v1/blend", json.BlendRecord, json.BlendResult, BlendAsync)
            .WithName("blend")
            .WithSummary("Generate candidates with a panel, or use the given ones; rank and fuse them.")
            .WithMetadata(new RequestExample("""{"instruction":"What is the number?","panel":"sample","trace":true}"""), new StreamsEvents());
        return endpoints;
    }

    private static async Task<RankResult?> RankAsync(ApiCall call, RankRecord record)
    {
        var request = record.ToRequest();
        return RankResult.Create(record.Id, await call.Blender.RankAsync(request, call.CancellationToken), request.Candidates, record.TopK);
    }

    private static async Task<CompareResult?> CompareAsync(ApiCall call, CompareRecord record) =>
        CompareResult.Create(record.Id, await call.Blender.CompareAsync(record.ToRequest(), call.CancellationToken));

    private static async Task<FuseResult?> FuseAsync(ApiCall call, FuseRecord record) =>
        FuseResult.Create(record.Id, await call.Blender.FuseAsync(record.ToRequest(), call.CancellationToken), record.Order());

    private static async Task<BlendResult?> BlendAsync(ApiCall call, BlendRecord record)
    {
        var request = record.ToRequest();
        call.Facts.UsesCache = record.Cache;
        if (record.Stream != true)
        {
            var response = await call.Blender.BlendAsync(request, call.CancellationToken);
            WarningHeader.AddTo(call.Context, response.Warnings);
            call.Facts.AddTo(response);
            return BlendResult.Create(record.Id, response);
        }

        await BlendEvents.WriteAsync(call, record.Id, request with { WithProgress = true, WithDraft = true });
        return null;
    }
}
