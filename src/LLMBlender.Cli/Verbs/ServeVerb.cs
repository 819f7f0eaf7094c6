using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using LLMBlender.Cli.Serving;
using LLMBlender.Cli.Setup;
using LLMBlender.Client;
using LLMBlender.Records;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>serve</c>: runs a process of a cluster, or a cluster of one process.</summary>
internal static class ServeVerb
{
    /// <summary>
    /// The environment variable with the cluster's Redis; unlike an option, it can hold a password without showing it in
    /// process lists.
    /// </summary>
    public const string RedisVariable = "LLMBLENDER_REDIS";

    private const int DefaultRedisWait = 60;

    private const string Details = """
        Without options the process has all roles: HTTP, blending, comparing on its accelerators, fusing; comparisons are cached in
        memory. With --redis, processes with the same Redis and cluster id form one cluster, and --role selects the roles of each:
        gateway serves HTTP requests, blend coordinates and calls the panel, compare compares on accelerators, fuse fuses. Processes
        can join and leave at any time. dashboard, which all does not include, serves Orleans' dashboard at /dashboard to callers; in
        a browser, a caller's key is the password. It shows the processes that have this role too: each measures its own grain calls.

        POST /v1/rank, /v1/compare, /v1/fuse and /v1/blend accept the records of the verbs with those names and return their answers;
        "timeout" is the request's timeout in seconds (default 60, for blends none; maximum 86400). Errors: {"error":{"message","type","param","code"}}.
        POST /v1/chat/completions and GET /v1/models are OpenAI's: each panel is a model. /v1/rerank is Cohere's and Jina's.
        The page at / displays a blend in progress.
        The page at /status.html displays the cluster's state, from GET /v1/status.
        GET /health/startup, /health/live, /health/ready, and /metrics for Prometheus; deploy/METRICS.md describes each metric.
        OTEL_EXPORTER_OTLP_ENDPOINT sends metrics, traces and logs to a collector.

        The process prints one line, "ready URL … role=… cluster=… silo=…", when it is ready. SIGTERM drains it: running requests
        complete, and new ones are rejected. --config is a JSON file with an object "LLMBlender": Rankers, Fusers, Accelerators,
        Backends, Scorers, Panels, LiteLLM, Discover, Gateway, Cache, Queue, Admission; and .NET's "Logging". Environment variables such as
        LLMBlender__Backends__0__Url are applied too. Changed panels, backends and scorers apply without a restart. A YAML file is read as
        LiteLLM's: each model of its model_list is a backend, and all of them form one panel "litellm".
        Without panels, the models that you have are served: the panel "local" of the model servers on this machine (Ollama, LM Studio,
        vLLM, llama.cpp on their ports, or what OLLAMA_HOST and OPENAI_BASE_URL name), then "providers" of the keys in the environment, then
        the sample panel. Without Gateway:Callers, only requests from this machine are accepted; --quick makes a key for others.
        docs/configuration.md describes each key; 'llmblender init' writes a file, and with --settings-page a page edits it.

        Examples:
          llmblender serve
          llmblender serve --quick
          llmblender serve --role compare --redis 10.0.0.5:6379 --urls http://0.0.0.0:8081 --advertise 10.0.0.7 --cluster-tls secrets
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("serve", "Serve over HTTP, alone or as part of a cluster.", Details);
        var roles = new Option<SiloRoles>("--role")
        {
            HelpName = "all|gateway,blend,compare,fuse,dashboard",
            Description = "The roles of this process.",
            CustomParser = result => Parsed(result, RoleNames.Parse),
            DefaultValueFactory = _ => SiloRoles.All,
        };
        var urls = new Option<string>("--urls")
        {
            HelpName = "URL",
            Description = "The URLs to listen on for HTTP, separated by semicolons.",
            CustomParser = result => Parsed(result, Urls),
            DefaultValueFactory = _ => "http://127.0.0.1:8080",
        };
        var redis = new Option<string?>("--redis")
        {
            HelpName = "HOST:PORT",
            Description = $"The Redis of the cluster; by default the variable {RedisVariable}, which process lists do not show.",
        };
        var wait = Numbers.AtLeast("--redis-wait", 0, $"Seconds to wait at the start for a Redis that does not answer yet; by default {DefaultRedisWait}.");
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "A JSON file with settings." };
        var cluster = new Option<string>("--cluster-id")
        {
            HelpName = "ID",
            Description = "The cluster's id.",
            DefaultValueFactory = _ => LLMBlenderClientOptions.DefaultClusterId,
        };
        var key = new Option<string?>("--cluster-key")
        {
            HelpName = "FILE",
            Description = "A file with the secret of the cluster's processes, which authenticates what they write to Redis. Several lines: the first one is used, the others are accepted too. "
                + $"By default the text of the variable {ServeArguments.ClusterKeyVariable}.",
        };
        var address = new Option<IPAddress>("--advertise")
        {
            HelpName = "IP|HOST",
            Description = "The address that other processes connect to; by default this machine's loopback.",
            CustomParser = result => Parsed(result, AddressOf),
            DefaultValueFactory = _ => IPAddress.Loopback,
        };
        var siloPort = Numbers.Port("--silo-port", "The port for the other processes; by default a free one.");
        var listenPort = Numbers.Port("--silo-listen-port", "The port to listen on for them if it is mapped to another one; by default the same.");
        var gatewayPort = Numbers.Port("--gateway-port", "The port for .NET clients and for --cluster; by default none is open.");
        var tls = new Option<string?>("--cluster-tls")
        {
            HelpName = "FOLDER",
            Description = $"The folder with {ClusterCertificates.CertificateFile}, {ClusterCertificates.KeyFile} and {ClusterCertificates.AuthoritiesFile} for mutual TLS between the cluster's processes, "
                + $"such as 'llmblender secrets' makes. By default the variable {ServeArguments.ClusterTlsVariable}.",
        };
        var insecure = new Option<bool>("--insecure-cluster")
        {
            Description = "Let other machines connect to the ports for processes and clients of the cluster without TLS, because the network admits nobody else.",
        };
        var quick = new Option<bool>("--quick")
        {
            Description = $"Listen on all addresses, for other machines and containers, and require a key: ${QuickKey.Variable}, that of the file ${QuickKey.FileVariable}, or one that is made and printed.",
        };
        var settings = new Option<bool>("--settings-page")
        {
            Description = $"Let the page /settings.html edit the file of --config (default {InitRun.DefaultFile}), from this machine or with the key of a caller with EditsSettings.",
        };
        foreach (var option in new Option[] { roles, urls, quick, settings, redis, wait, config, cluster, key, tls, insecure, address, siloPort, listenPort, gatewayPort })
        {
            verb.Options.Add(option);
        }

        verb.SetAction((parsed, cancellationToken) => new Server(
            new ServeArguments(
                parsed.GetValue(roles),
                parsed.GetValue(quick) && parsed.GetResult(urls) is not { Implicit: false } ? QuickKey.Urls : parsed.GetValue(urls)!,
                parsed.GetValue(redis) ?? (terminal.Variable(RedisVariable) is { Length: > 0 } named ? named : null),
                parsed.GetValue(settings) ? Editable(parsed.GetValue(config), parsed.GetValue(roles)) : parsed.GetValue(config),
                parsed.GetValue(cluster)!,
                parsed.GetValue(address)!,
                parsed.GetValue(siloPort) ?? 0,
                parsed.GetValue(listenPort) ?? 0,
                parsed.GetValue(gatewayPort) ?? 0)
            {
                ClusterKey = parsed.GetValue(key),
                ClusterTls = parsed.GetValue(tls) ?? (terminal.Variable(ServeArguments.ClusterTlsVariable) is { Length: > 0 } folder ? folder : null),
                InsecureCluster = parsed.GetValue(insecure),
                RedisWait = TimeSpan.FromSeconds(parsed.GetValue(wait) ?? DefaultRedisWait),
                Quick = parsed.GetValue(quick),
                SettingsPage = parsed.GetValue(settings),
            },
            terminal).RunAsync(cancellationToken));
        return verb;
    }

    private static string Editable(string? file, SiloRoles roles) =>
        !roles.HasFlag(SiloRoles.Gateway) ? throw new UsageException("--settings-page: the roles of this process do not include gateway, which serves pages")
        : file is not null && Path.GetExtension(file) is ".yaml" or ".yml" ? throw new UsageException($"--settings-page: {file} is LiteLLM's, and must be a JSON file")
        : file ?? InitRun.DefaultFile;

    private static string Urls(string text)
    {
        foreach (var url in text.Split(';', ','))
        {
            if (!url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            {
                throw new ArgumentException($"\"{url}\" is not a URL to listen on, such as http://127.0.0.1:8080", nameof(text));
            }
        }

        return text;
    }

    // A container's host name is known before its address.
    private static IPAddress AddressOf(string text)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            return address;
        }

        try
        {
            var found = Dns.GetHostAddresses(text).OrderBy(static one => IPAddress.IsLoopback(one) || one.IsIPv6LinkLocal)
                .ThenBy(static one => one.AddressFamily is AddressFamily.InterNetworkV6).ToArray();
            return found.Length > 0 ? found[0] : throw new ArgumentException($"\"{text}\" has no address", nameof(text));
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
