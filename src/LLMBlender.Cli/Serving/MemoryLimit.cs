using LLMBlender.Gateway;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Cli.Serving;

/// <summary>Refuses requests with 503 while the heap is near the process's limit, so that requests in progress can end. Thread-safe.</summary>
/// <param name="usedShare">Returns the used share of the memory that the process may use.</param>
/// <param name="answersShare">Returns the used share of the memory for answers that are being read.</param>
/// <param name="timeProvider">Measures the interval of collections.</param>
internal sealed class MemoryLimit(Func<double> usedShare, Func<double> answersShare, TimeProvider timeProvider)
{
    private const double MaxShare = 0.8;
    private static readonly TimeSpan CollectionInterval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private long? collected;

    /// <summary>The heap's share of the memory limit: of the container's, or of the machine's.</summary>
    public static double HeapShare() => (double)GC.GetTotalMemory(forceFullCollection: false) / GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Runs a request, or refuses it. Probes, metrics and pages are not refused.</summary>
    public Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments("/v1") || (answersShare() < MaxShare && !IsExceeded()))
        {
            return next(context);
        }

        return GatewayExtensions.WriteOverloadedAsync(context, "the server's memory is nearly used up; retry later");
    }

    // Part of the heap may be garbage, which a collection shows.
    private bool IsExceeded()
    {
        if (usedShare() < MaxShare)
        {
            return false;
        }

        lock (gate)
        {
            if (collected is { } last && timeProvider.GetElapsedTime(last) < CollectionInterval)
            {
                return usedShare() >= MaxShare;
            }

            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
            collected = timeProvider.GetTimestamp();
        }

        return usedShare() >= MaxShare;
    }
}
