using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace LLMBlender.Gateway.Mcp;

/// <summary>The tools of the Model Context Protocol: blend, rank and compare.</summary>
/// <param name="blender">Serves the calls.</param>
/// <param name="context">The HTTP request of a call, whose caller is charged; null outside HTTP.</param>
[McpServerToolType]
public sealed class BlendTools(IBlender blender, IHttpContextAccessor? context = null)
{
    private IBlender Blender => context?.HttpContext is { } request ? ApiCall.Create(request, blender).Blender : blender;

    /// <summary>Blends; each member that answers is a step of the call's progress.</summary>
    [McpServerTool(Name = "blend", Title = "Blend", ReadOnly = true, Idempotent = false, OpenWorld = true)]
    [Description("Asks several language models the same question, ranks their answers with a trained ranker, and returns the best answer or a fusion of the best few. Use it for a second opinion or a better answer than one model gives.")]
    public async Task<IEnumerable<ContentBlock>> BlendAsync(
        IProgress<ProgressNotificationValue> progress,
        [Description("The question or task, complete in itself: the models see nothing else.")] string instruction,
        [Description("A text that the instruction applies to.")] string? input = null,
        [Description("The panel of models; by default the server's first.")] string? panel = null,
        CancellationToken cancellationToken = default)
    {
        var request = new BlendRequest { Instruction = instruction, Input = input, Panel = panel, WithTrace = true, WithProgress = true };
        var response = await CallAsync(() => FollowAsync(request, new CallProgress(progress), cancellationToken));
        return [new TextContentBlock { Text = response.Answer }, Json(BlendResult.Create(null, response), RecordJsonContext.Default.BlendResult)];
    }

    /// <summary>Ranks.</summary>
    [McpServerTool(Name = "rank", Title = "Rank", ReadOnly = true, Idempotent = true, OpenWorld = false)]
    [Description("Ranks several answers to one instruction, best first, by a trained ranker; no language model is called. Returns ranks (1 is the best) and scores in the order of the candidates, and the confidence that the first is the best.")]
    public async Task<ContentBlock> RankAsync(
        [Description("The question or task that the candidates answer.")] string instruction,
        [Description("The answers, at least two.")] string[] candidates,
        [Description("A text that the instruction applies to.")] string? input = null,
        [Description("The ranker; by default the server's first.")] string? ranker = null,
        CancellationToken cancellationToken = default)
    {
        Candidate[] listed = Array.ConvertAll(candidates, static text => new Candidate(null, text));
        var response = await CallAsync(() => Blender.RankAsync(
            new RankingRequest { Instruction = instruction, Input = input, Candidates = listed, Ranker = ranker }, cancellationToken));
        return Json(RankResult.Create(null, response, listed, null), RecordJsonContext.Default.RankResult);
    }

    /// <summary>Compares.</summary>
    [McpServerTool(Name = "compare", Title = "Compare", ReadOnly = true, Idempotent = true, OpenWorld = false)]
    [Description("Says which of two answers to one instruction is better, by a trained ranker, with the probability; no language model is called.")]
    public async Task<ContentBlock> CompareAsync(
        [Description("The question or task that the answers are for.")] string instruction,
        [Description("The first answer.")] string a,
        [Description("The second answer.")] string b,
        [Description("A text that the instruction applies to.")] string? input = null,
        [Description("The ranker; by default the server's first.")] string? ranker = null,
        CancellationToken cancellationToken = default)
    {
        var response = await CallAsync(() => Blender.CompareAsync(
            new CompareRequest { Instruction = instruction, Input = input, A = a, B = b, Ranker = ranker }, cancellationToken));
        return Json(CompareResult.Create(null, response), RecordJsonContext.Default.CompareResult);
    }

    private async Task<BlendResponse> FollowAsync(BlendRequest request, CallProgress progress, CancellationToken cancellationToken)
    {
        BlendResponse? response = null;
        await foreach (var update in Blender.BlendStreamingAsync(request, cancellationToken))
        {
            progress.Report(update.Event);
            response = update.Response ?? response;
        }

        return response!;
    }

    // Only the message of an McpException reaches the client.
    private static async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (BlendException e)
        {
            throw new McpException(e.Message, e);
        }
    }

    private static TextContentBlock Json<T>(T value, JsonTypeInfo<T> type) => new() { Text = JsonSerializer.Serialize(value, type) };
}
