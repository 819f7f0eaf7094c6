using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Gateway.Caching;
using LLMBlender.Gateway.Recording;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Gateway;

/// <summary>
/// What an answer cost and where it is from, as headers. A stream, which starts before its answer is complete, has only that of the cache. Used by one
/// request.
/// </summary>
internal sealed class AnswerFacts(HttpContext context, TimeProvider timeProvider)
{
    /// <summary>The header with the cost in the currency of the configured prices; absent if none are configured.</summary>
    public const string Cost = "x-llmblender-cost";

    /// <summary>The header with the number of answers asked from members.</summary>
    public const string Calls = "x-llmblender-calls";

    /// <summary>The header with the milliseconds that the request took besides waiting for members.</summary>
    public const string Overhead = "x-llmblender-overhead-ms";

    /// <summary>The header with the members that the answer was made from.</summary>
    public const string ServedBy = "x-llmblender-served-by";

    /// <summary>The header with what the answer cache did.</summary>
    public const string Cache = "x-llmblender-cache";

    /// <summary>The header with the id by which the blend is recorded; a request turns recording off by the value <see cref="Off"/>.</summary>
    public const string Recorded = "x-llmblender-record";

    /// <summary>The value of <see cref="Recorded"/> by which a request turns recording off.</summary>
    public const string Off = "off";

    private readonly long start = timeProvider.GetTimestamp();
    private readonly Lock sync = new();
    private CacheResult? cache;

    /// <summary>The headers' names.</summary>
    public static IEnumerable<string> Names => [Cost, Calls, Overhead, ServedBy, Cache, Recorded];

    /// <summary>Whether the request uses the panel's cache; null if it does not say.</summary>
    public bool? UsesCache { get; set; }

    /// <summary>The hexadecimal digits of the answer's id, which feedback is accepted for.</summary>
    public string Id => field ??= AnswerId.Create(context.RequestServices.GetRequiredService<ISeal>());

    /// <summary>Notes that the blend is recorded, and sets its header if the response has not started.</summary>
    public void NoteRecorded()
    {
        if (!context.Response.HasStarted)
        {
            context.Response.Headers[Recorded] = Id;
        }
    }

    /// <summary>Notes what the cache did, and sets its header if the response has not started. Of several blends, the one that was served worst counts.</summary>
    public void Note(CacheResult result)
    {
        lock (sync)
        {
            cache = cache is { } known && known < result ? known : result;
            if (!context.Response.HasStarted)
            {
                context.Response.Headers[Cache] = cache.Value.ToName();
            }
        }
    }

    /// <summary>Adds the headers of an answer to a response that has not started.</summary>
    /// <param name="answers">The blends of the answer.</param>
    public void AddTo(params ReadOnlySpan<BlendResponse> answers)
    {
        var (cost, calls, seconds) = ((decimal?)null, 0, 0.0);
        var names = new List<string>();
        foreach (var answer in answers)
        {
            cost = answer.Usage.Cost is { } part ? (cost ?? 0) + part : cost;
            calls += answer.Usage.Calls;
            seconds = Math.Max(seconds, answer.MemberSeconds);
            foreach (var index in answer.MadeFrom)
            {
                if (answer.Candidates[index].Model is { } name && !names.Contains(name))
                {
                    names.Add(name);
                }
            }
        }

        var headers = context.Response.Headers;
        if (cost is { } known)
        {
            headers[Cost] = known.ToString("0.##########", CultureInfo.InvariantCulture);
        }

        headers[Calls] = calls.ToString(CultureInfo.InvariantCulture);
        headers[Overhead] = Math.Max(0, timeProvider.GetElapsedTime(start).TotalMilliseconds - (1000 * seconds)).ToString("0.###", CultureInfo.InvariantCulture);
        if (names.Count > 0)
        {
            headers[ServedBy] = string.Concat(string.Join(',', names).Select(static c => char.IsAscii(c) && !char.IsControl(c) ? c : '?'));
        }

        headers[Cache] = (cache ?? CacheResult.Off).ToName();
    }
}
