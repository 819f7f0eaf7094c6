using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Protocol;

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
        .WithTools<BlendTools>();

    // Without sessions any gateway of a cluster can serve a client's next request, and each request is authenticated and charged.
    internal static void AddMcpOverHttp(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddBlendMcpServer().WithHttpTransport(static options => options.Stateless = true);
    }

    internal static void MapMcpOverHttp(this IEndpointRouteBuilder endpoints) => endpoints.MapMcp(Path);
}
