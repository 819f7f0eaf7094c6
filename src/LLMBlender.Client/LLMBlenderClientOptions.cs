namespace LLMBlender.Client;

/// <summary>Options of a cluster's client.</summary>
public sealed class LLMBlenderClientOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "LLMBlender:Client";

    /// <summary>The default id of the cluster.</summary>
    public const string DefaultClusterId = "llmblender";

    /// <summary>
    /// The cluster's membership store, as <c>HOST:PORT</c> or a StackExchange.Redis configuration; null for a single silo on this
    /// machine.
    /// </summary>
    public string? Redis { get; set; }

    /// <summary>The cluster's id.</summary>
    public string ClusterId { get; set; } = DefaultClusterId;

    /// <summary>The silo's gateway port on this machine, from 1 to 65535; used only without Redis.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>
    /// The folder of the certificate for mutual TLS with the cluster, as <see cref="ClusterCertificates"/> describes it; null for a cluster without TLS. Changed files
    /// apply without a restart.
    /// </summary>
    public string? TlsFolder { get; set; }

    /// <summary>The app's name, which its calls carry; at most 100 characters. Null for the host environment's name.</summary>
    public string? Caller { get; set; }

    /// <summary>How long the start waits for a server of the cluster, which may start later than the app; above 0. After it, the start fails.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Where servers are looked for, without a password.</summary>
    internal string Address => Redis is null ? $"127.0.0.1:{GatewayPort}" : string.Join(',', RedisAddress.Parse(Redis).EndPoints);

    /// <summary>Returns the invalid options: property, value and rule of each.</summary>
    internal List<string> Problems()
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(ClusterId))
        {
            problems.Add($"{nameof(ClusterId)} is \"{ClusterId}\", and must not be empty");
        }

        if (GatewayPort is < 1 or > 65535)
        {
            problems.Add($"{nameof(GatewayPort)} is {GatewayPort}, and must be from 1 to 65535");
        }

        if (ConnectTimeout <= TimeSpan.Zero)
        {
            problems.Add($"{nameof(ConnectTimeout)} is {ConnectTimeout}, and must be above 0");
        }

        if (Caller is { Length: 0 or > ClientCaller.MaxLength })
        {
            problems.Add($"{nameof(Caller)} has {Caller.Length} characters, and must have 1 to {ClientCaller.MaxLength}");
        }

        if (Redis is not null)
        {
            try
            {
                RedisAddress.Parse(Redis);
            }
            catch (ArgumentException)
            {
                // The address may contain a password, so the message does not contain it.
                problems.Add($"{nameof(Redis)} is not a Redis address, and must be HOST:PORT or a StackExchange.Redis configuration");
            }
        }

        return problems;
    }
}
