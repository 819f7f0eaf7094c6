using LLMBlender.Abstractions.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Recording;

/// <summary><c>POST /v1/feedback</c>: what a person thinks of a recorded answer, written beside the records.</summary>
internal static class FeedbackEndpoint
{
    private const int MaxComment = 10_000;
    private const int MaxName = 256;

    /// <summary>Maps the endpoint.</summary>
    public static IEndpointRouteBuilder MapFeedback(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApiPost("/v1/feedback", GatewayJsonContext.Default.FeedbackRecord, GatewayJsonContext.Default.FeedbackResult, TakeAsync)
            .WithName("feedback")
            .WithSummary("Say what a person thinks of a recorded answer.")
            .WithMetadata(new RequestExample("""{"id":"chatcmpl-0123456789abcdef0123456789abcdef","thumb":"up","chosen":"small","comment":"Short and right."}"""));
        return endpoints;
    }

    private static Task<FeedbackResult?> TakeAsync(ApiCall call, FeedbackRecord record)
    {
        var id = record.Id ?? throw JsonFault.Missing("id", "the id of a recorded answer");
        if (record is { Thumb: null, Chosen: null, Comment: null })
        {
            throw JsonFault.Missing("thumb", "\"up\" or \"down\" where there is no \"chosen\" and no \"comment\"");
        }

        Within(record.Chosen, "chosen", MaxName);
        Within(record.Comment, "comment", MaxComment);
        var log = call.Get<TrafficLog>();
        var known = log.IsOn ? AnswerId.Find(call.Get<ISeal>(), id) : null;
        if (known is null)
        {
            throw new ApiException(ApiError.NoSuchAnswer(log.IsOn ? $"no answer of this server has the id \"{Shown(id)}\"" : "this server records no answers"));
        }

        log.Add(TrafficRecord.Feedback(known, record, call.Get<TimeProvider>().GetUtcNow()));
        return Task.FromResult<FeedbackResult?>(new FeedbackResult { Id = known });
    }

    private static void Within(string? text, string field, int most)
    {
        if (text?.Length > most)
        {
            throw new JsonFieldException(field, $"has {text.Length} characters, and must have at most {most}");
        }
    }

    private static string Shown(string id) => id.Length <= 64 ? id : id[..64];
}
