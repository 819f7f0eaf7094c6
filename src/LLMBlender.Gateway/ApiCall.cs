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
        var facts = new AnswerFacts(context, services.GetService<TimeProvider>() ?? TimeProvider.System);
        var caller = Caller.Of(context);
        var metered = caller is null ? null : new MeteredBlender(blender, caller, services.GetRequiredService<PanelDirectory>());
        var panels = services.GetService<PanelDirectory>();
        var limited = metered ?? blender;

        // Inside of the cache, as a kept answer teaches nothing new.
        var recorded = services.GetService<TrafficLog>() is { IsOn: true } log && panels is not null && Accepts(context, caller)
            ? new RecordedBlender(limited, panels, facts, log, services.GetService<TimeProvider>() ?? TimeProvider.System)
            : limited;
        var serving = services.GetService<AnswerCache>() is { } cache
            ? new CachedBlender(recorded, metered, caller?.Name ?? "", facts, services.GetRequiredService<PanelDirectory>(), cache)
            : recorded;
        return new ApiCall(context, serving, facts);
    }

    private static bool Accepts(HttpContext context, Caller? caller) =>
        caller is not { Record: false } && context.Request.Headers[AnswerFacts.Recorded] != AnswerFacts.Off;

    /// <summary>Resolves a service.</summary>
    public T Get<T>()
        where T : notnull => Context.RequestServices.GetRequiredService<T>();
}
