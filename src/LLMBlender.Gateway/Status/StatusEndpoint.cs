using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Gateway.Blending;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Gateway.Status;

/// <summary><c>GET /v1/status</c>: how the cluster's members do, for the page that shows it. Counts rise; their differences are rates.</summary>
public static class StatusEndpoint
{
    /// <summary>Maps the path.</summary>
    public static IEndpointRouteBuilder MapStatus(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapGet("/v1/status", ApiEndpoint.Of(AnswerAsync));
        return endpoints;
    }

    private static async Task AnswerAsync(HttpContext context, IBlender blender)
    {
        var silos = await context.RequestServices.GetRequiredService<IClusterStatus>().ReadAsync(context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        await JsonBody.WriteAsync(context, json => RecordJson.WriteList<SiloReport>(json, "silos", [.. silos], silo => Write(json, silo)));
    }

    private static void Write(Utf8JsonWriter json, SiloReport silo)
    {
        json.WriteStartObject();
        json.WriteString("address", silo.Address);
        RecordJson.WriteList(json, "roles", silo.Roles, json.WriteStringValue);
        json.WriteBoolean("answers", silo.Answers);
        json.WriteNumber("uptime", silo.Uptime);
        json.WriteNumber("active_requests", silo.ActiveRequests);
        json.WriteNumber("request_limit", silo.RequestLimit);
        json.WriteNumber("queued_tokens", silo.QueuedTokens);
        json.WriteNumber("queue_limit", silo.QueueLimit);
        RecordJson.WriteList(json, "accelerators", silo.Accelerators, accelerator =>
        {
            json.WriteStartObject();
            json.WriteString("name", accelerator.Name);
            json.WriteNumber("busy_seconds", accelerator.BusySeconds);
            json.WriteNumber("comparisons", accelerator.Comparisons);
            json.WriteEndObject();
        });
        json.WriteStartObject("comparisons");
        json.WriteNumber("computed", silo.Comparisons.Computed);
        json.WriteNumber("memory", silo.Comparisons.Memory);
        json.WriteNumber("redis", silo.Comparisons.Redis);
        json.WriteNumber("joined", silo.Comparisons.Joined);
        json.WriteNumber("failed", silo.Comparisons.Failed);
        json.WriteEndObject();
        json.WriteNumber("blends", silo.Blends);
        json.WriteNumber("failed_blends", silo.FailedBlends);
        RecordJson.WriteList(json, "models", silo.Models, json.WriteStringValue);
        json.WriteEndObject();
    }
}
