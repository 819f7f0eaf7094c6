using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Gateway.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Verifying;

/// <summary><c>POST /v1/verify</c>: accepts or rejects answers, or abstains, for other routers and ensembles.</summary>
public static class VerifyEndpoint
{
    /// <summary>Maps the path.</summary>
    public static IEndpointRouteBuilder MapVerify(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapApiPost("/v1/verify", RecordJsonContext.Default.VerifyRecord, RecordJsonContext.Default.VerifyResult, AnswerAsync)
            .WithName("verify")
            .WithSummary("Score answers and accept or reject them, or abstain.")
            .WithMetadata(new RequestExample("""{"instruction":"What is the number?","candidates":[{"model":"a","text":"4 is the number"},{"model":"b","text":"2 is the number"}],"confidence":0.9}"""));
        return endpoints;
    }

    private static async Task<VerifyResult?> AnswerAsync(ApiCall call, VerifyRecord record)
    {
        var panel = record.Panel is null ? null : await FindAsync(call, record.Panel);
        var caller = Caller.Of(call.Context);

        // A panel's own ranker needs no permission.
        caller?.CheckNames(record.Panel, record.Ranker, null);
        var ranking = await call.Get<IBlender>().RankAsync(
            new RankingRequest
            {
                Instruction = record.Instruction,
                Input = record.Input,
                Candidates = Array.ConvertAll(record.Candidates, static candidate => candidate.ToCandidate()),
                Ranker = record.Ranker ?? panel?.Ranker,
                Reference = record.Reference,
                WithMatrix = true,
                Timeout = record.Time,
            },
            call.CancellationToken);
        caller?.Spend(ranking.PromptTokens, ranking.CompletionTokens, ranking.Cost);
        var isPanels = panel?.Rule is { } rule && (rule.Ranker is null ? record.Ranker is null || record.Ranker == panel.Ranker : rule.Ranker == ranking.Ranker);
        var result = new Verification(record, ranking, isPanels ? panel!.Rule : null).ToResult();
        call.Get<VerifyMetrics>().Count(result.Verdict);
        Activity.Current?.AddEvent(new ActivityEvent("gen_ai.evaluation.result", tags: new ActivityTagsCollection
        {
            { "gen_ai.evaluation.name", "verify" },
            { "gen_ai.evaluation.score.label", VerifyMetrics.Name(result.Verdict) },
            { "gen_ai.evaluation.score.value", result.Confidence },
        }));
        return result;
    }

    private static async Task<PanelInfo> FindAsync(ApiCall call, string name)
    {
        var panels = call.Get<PanelDirectory>();
        return await panels.FindAsync(name, call.CancellationToken) is { } panel ? panel
            : throw BlendException.Invalid("panel", $"panel \"{name}\" is not known; known are {string.Join(", ", (await panels.ListAsync(call.CancellationToken)).Select(static known => known.Name))}");
    }
}
