using LLMBlender.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway;

/// <summary><c>GET /v1/status</c>: the state of the cluster's silos, for the status page.</summary>
public static class StatusEndpoint
{
    /// <summary>Maps the path.</summary>
    public static IEndpointRouteBuilder MapStatus(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapApiGet("/v1/status", GatewayJsonContext.Default.StatusResponse, AnswerAsync)
            .WithName("status")
            .WithSummary("Show the state of the cluster's silos. Counts only rise; their differences are rates.");
        return endpoints;
    }

    private static async Task<StatusResponse> AnswerAsync(ApiCall call)
    {
        var silos = await call.Get<IClusterStatus>().ReadAsync(call.CancellationToken);
        call.Context.Response.Headers.CacheControl = "no-store";
        return new StatusResponse { Silos = [.. silos] };
    }
}

/// <summary>The state of the cluster.</summary>
internal sealed record StatusResponse
{
    /// <summary>The silos, sorted by address.</summary>
    public required SiloReport[] Silos { get; init; }
}
