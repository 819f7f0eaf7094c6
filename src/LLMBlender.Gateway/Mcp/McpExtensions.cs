using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace LLMBlender.Gateway.Mcp;

/// <summary>Adds a server of the Model Context Protocol with the tools blend, rank and compare.</summary>
public static class McpExtensions
{
    /// <summary>The path of the server over HTTP.</summary>
    public const string Path = "/mcp";

    /// <summary>Adds the server; its transport is added to the result.</summary>
    public static IMcpServerBuilder AddBlendMcpServer(this IServiceCollection services) => services
        .AddMcpServer(static options => options.ServerInfo = new Implementation
        {
            Name = "llmblender",
            Title = "LLMBlender",
            Version = typeof(McpExtensions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
        })
        .WithRequestFilters(static filters => filters.AddCallToolFilter(ReturnErrors))
        .WithTools<BlendTools>();

    // Without sessions any gateway of a cluster can serve a client's next request, and each request is authenticated and charged.
    internal static void AddMcpOverHttp(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddBlendMcpServer().WithHttpTransport(static options => options.Stateless = true);
    }

    // An exception would be logged as a failure of this server, with its stack trace.
    private static McpRequestHandler<CallToolRequestParams, CallToolResult> ReturnErrors(McpRequestHandler<CallToolRequestParams, CallToolResult> next) =>
        async (request, cancellationToken) =>
        {
            try
            {
                return await next(request, cancellationToken);
            }
            catch (Exception e) when (e is JsonException or ArgumentException)
            {
                return Error($"the arguments are not those of the tool's schema: {e.Message}");
            }
            catch (McpException e) when (e is not McpProtocolException)
            {
                return Error(e.Message);
            }
        };

    private static CallToolResult Error(string message) => new() { IsError = true, Content = [new TextContentBlock { Text = message }] };

    internal static void MapMcpOverHttp(this IEndpointRouteBuilder endpoints) => endpoints.MapMcp(Path);
}
