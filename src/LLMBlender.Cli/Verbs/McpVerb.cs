using LLMBlender.Cli.Panels;
using LLMBlender.Gateway.Mcp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>mcp</c>: a server of the Model Context Protocol on standard input and output.</summary>
internal static class McpVerb
{
    private const string Details = """
        A client such as an editor or an agent starts this program and calls its tools: blend asks the panel's models and returns the
        blended answer, rank and compare judge answers that the client has. Standard output carries only the protocol; notes and logs
        go to standard error. serve offers the same tools over HTTP at /mcp.

        Without --config or --cluster the panel is the models that you have, as for blend; without any, only rank and compare are of use.

        Example, as a client's configuration:
          {"mcpServers": {"llmblender": {"command": "llmblender", "args": ["mcp"]}}}
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("mcp", "Serve blend, rank and compare as tools of the Model Context Protocol, on standard input and output.", Details);
        var ranker = new RankerArguments(verb);
        var fuser = new FuserArguments(verb, withLengths: false);
        var host = new HostArguments(verb, terminal, ranker, fuser);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var isConfigured = host.IsConfigured(parsed) || host.IsCluster(parsed);
            var own = isConfigured ? null : await OwnPanels.FindOrNoneAsync(terminal.Variable, cancellationToken);
            if (own?.Note is { } note)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"llmblender: {note}");
            }

            await using var opened = await host.OpenAsync(parsed, cancellationToken, own?.Registry);
            var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            builder.Logging.AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
            builder.Services.AddSingleton(opened.Blender);
            builder.Services.AddBlendMcpServer().WithStreamServerTransport(terminal.In, terminal.Out);
            using var server = builder.Build();
            await server.RunAsync(cancellationToken);
            return ExitCode.Done;
        });
        return verb;
    }
}
