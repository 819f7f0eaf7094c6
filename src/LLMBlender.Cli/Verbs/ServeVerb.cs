using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using LLMBlender.Cli.Serving;
using LLMBlender.Client;
using LLMBlender.Records;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>serve</c>: a process of a cluster, or a cluster of one.</summary>
internal static class ServeVerb
{
    /// <summary>The variable that names the cluster's Redis where no option does: its address may hold a password.</summary>
    public const string RedisVariable = "LLMBLENDER_REDIS";

    private const string Details = """
        Without options the process does everything: HTTP, blending, comparing on what it has, fusing; comparisons are kept in
        its memory. With --redis, processes that name the same Redis and cluster id form one cluster, and --role says what each
        of them does: gateway takes HTTP requests, blend coordinates and asks the panel, compare compares on accelerators,
        fuse fuses. Processes may come and go at any time. dashboard, which all does not include, shows Orleans' dashboard of the
        cluster at /dashboard: to those who may ask, in a browser with a caller's key as the password.

        POST /v1/rank, /v1/compare, /v1/fuse and /v1/blend take a record as the verb of that name reads it and answer as it does;
        "timeout" is the request's time in seconds (60, 600 at most). Errors: {"error":{"message","type","param","code"}}.
        POST /v1/chat/completions and GET /v1/models are OpenAI's: each panel is a model. /v1/rerank is Cohere's and Jina's.
        The page at / shows a blend while it is made.
        The page at /status.html shows what the cluster does, from GET /v1/status.
        GET /health/startup, /health/live, /health/ready, and /metrics for Prometheus; deploy/METRICS.md says what each metric is.
        OTEL_EXPORTER_OTLP_ENDPOINT sends metrics, traces and logs to a collector.

        The process prints one line, "ready URL … role=… cluster=… silo=…", when it serves. SIGTERM drains it: what is under way
        is finished, nothing new is taken. --config is a JSON file with an object "LLMBlender": Rankers, Fusers, Accelerators,
        Backends, Panels, LiteLLM, Discover, Gateway, Cache, Queue, Admission; and with "Logging", as .NET has it; environment
        variables such as LLMBlender__Backends__0__Url count as well. Changed panels and backends apply without a restart. A
        YAML file is read as LiteLLM's: its model_list becomes backends, all of them one panel "litellm".
        Without panels the sample panel serves; an Ollama on its default port and provider keys in the environment are offered
        as panels "ollama" and "providers". Without Gateway:Callers only this machine may ask.

        Examples:
          llmblender serve
          llmblender serve --role compare --redis 10.0.0.5:6379 --urls http://0.0.0.0:8081 --advertise 10.0.0.7
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("serve", "Serve over HTTP, alone or as part of a cluster.", Details);
        var roles = new Option<SiloRoles>("--role")
        {
            HelpName = "all|gateway,blend,compare,fuse,dashboard",
            Description = "What this process does.",
            CustomParser = result => Parsed(result, RoleNames.Parse),
            DefaultValueFactory = _ => SiloRoles.All,
        };
        var urls = new Option<string>("--urls")
        {
            HelpName = "URL",
            Description = "Where it listens for HTTP; several separated by semicolons.",
            DefaultValueFactory = _ => "http://127.0.0.1:8080",
        };
        var redis = new Option<string?>("--redis")
        {
            HelpName = "HOST:PORT",
            Description = $"The Redis of the cluster; by default what ${RedisVariable} says, which no list of processes shows.",
        };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "A JSON file with settings." };
        var cluster = new Option<string>("--cluster-id")
        {
            HelpName = "ID",
            Description = "The cluster's id.",
            DefaultValueFactory = _ => LLMBlenderClientOptions.DefaultClusterId,
        };
        var address = new Option<IPAddress>("--advertise")
        {
            HelpName = "IP|HOST",
            Description = "The address that the other processes reach this one at; by default this machine's loopback.",
            CustomParser = result => Parsed(result, AddressOf),
            DefaultValueFactory = _ => IPAddress.Loopback,
        };
        var siloPort = Numbers.AtLeast("--silo-port", 1, "The port for the other processes; by default a free one.");
        var listenPort = Numbers.AtLeast("--silo-listen-port", 1, "Where it listens for them, where a port mapping lies between; by default the same.");
        var gatewayPort = Numbers.AtLeast("--gateway-port", 1, "The port for .NET clients of the grains; by default a free one.");
        foreach (var option in new Option[] { roles, urls, redis, config, cluster, address, siloPort, listenPort, gatewayPort })
        {
            verb.Options.Add(option);
        }

        verb.SetAction((parsed, cancellationToken) => new Server(
            new ServeArguments(
                parsed.GetValue(roles),
                parsed.GetValue(urls)!,
                parsed.GetValue(redis) ?? (terminal.Variable(RedisVariable) is { Length: > 0 } named ? named : null),
                parsed.GetValue(config),
                parsed.GetValue(cluster)!,
                parsed.GetValue(address)!,
                parsed.GetValue(siloPort) ?? 0,
                parsed.GetValue(listenPort) ?? 0,
                parsed.GetValue(gatewayPort) ?? 0),
            terminal).RunAsync(cancellationToken));
        return verb;
    }

    // A container knows its name before it knows its address.
    private static IPAddress AddressOf(string text)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            return address;
        }

        try
        {
            var found = Dns.GetHostAddresses(text, AddressFamily.InterNetwork);
            return Array.Find(found, static one => !IPAddress.IsLoopback(one)) ?? found[0];
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new ArgumentException($"\"{text}\" is neither an IP address nor the name of a host that has one", nameof(text), e);
        }
    }

    private static T Parsed<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens[0].Value);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            result.AddError($"{result.Argument.Name}: {(e is ArgumentException argument ? Sentences.WithoutParameter(argument) : e.Message)}");
            return default!;
        }
    }
}
