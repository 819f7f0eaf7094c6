using LLMBlender.Abstractions;
using LLMBlender.Gateway.Caching;
using LLMBlender.Gateway.RateLimiting;
using LLMBlender.Gateway.Recording;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Gateway;

/// <summary>A request to the API.</summary>
/// <param name="Context">The HTTP request.</param>
/// <param name="Blender">Serves the request; its model costs are charged to the caller.</param>
/// <param name="Facts">What the answer cost and where it is from.</param>
internal readonly record struct ApiCall(HttpContext Context, IBlender Blender, AnswerFacts Facts)
{
    /// <summary>Cancelled when the client disconnects.</summary>
    public CancellationToken CancellationToken => Context.RequestAborted;

    /// <summary>Creates the call of a request.</summary>
    public static ApiCall Create(HttpContext context, IBlender blender)
    {
        var services = context.RequestServices;
        var timeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var facts = new AnswerFacts(context, timeProvider);
        if (services.GetService<PanelDirectory>() is not { } panels)
        {
            // A host that maps the endpoints without the gateway's services has no callers, no recording and no cache.
            return new ApiCall(context, blender, facts);
        }

        var caller = Caller.Of(context);

        // From the inside to the outside: charges, recorded traffic, kept answers. A kept answer costs nothing and teaches nothing new.
        var metered = caller is null ? null : new MeteredBlender(blender, caller, panels);
        var serving = metered ?? blender;
        if (services.GetService<TrafficLog>() is { IsOn: true } log && Accepts(context, caller))
        {
            serving = new RecordedBlender(serving, panels, facts, log, timeProvider);
        }

        if (services.GetService<AnswerCache>() is { } cache)
        {
            serving = new CachedBlender(serving, metered, caller?.Name ?? "", facts, panels, cache);
        }

        return new ApiCall(context, serving, facts);
    }

    private static bool Accepts(HttpContext context, Caller? caller) =>
        caller is not { Record: false } && context.Request.Headers[AnswerFacts.Recorded] != AnswerFacts.Off;

    /// <summary>Resolves a service.</summary>
    public T Get<T>()
        where T : notnull => Context.RequestServices.GetRequiredService<T>();
}
