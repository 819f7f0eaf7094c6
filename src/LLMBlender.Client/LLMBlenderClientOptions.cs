namespace LLMBlender.Client;

/// <summary>Which cluster a client speaks to.</summary>
public sealed class LLMBlenderClientOptions
{
    /// <summary>The section of the configuration that is bound.</summary>
    public const string Section = "LLMBlender:Client";

    /// <summary>The cluster's id where none is given.</summary>
    public const string DefaultClusterId = "llmblender";

    /// <summary>
    /// The Redis that the cluster's members meet in, as <c>HOST:PORT</c> or a StackExchange.Redis configuration; null for
    /// one silo on this machine.
    /// </summary>
    public string? Redis { get; set; }

    /// <summary>The cluster's id.</summary>
    public string ClusterId { get; set; } = DefaultClusterId;

    /// <summary>The silo's gateway port on this machine; of use only without Redis.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>What breaks a rule: property, value and rule each.</summary>
    internal List<string> Problems()
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(ClusterId))
        {
            problems.Add($"{nameof(ClusterId)} is \"{ClusterId}\", and must be the cluster's id");
        }

        if (GatewayPort is < 1 or > 65535)
        {
            problems.Add($"{nameof(GatewayPort)} is {GatewayPort}, and must be from 1 to 65535");
        }

        if (Redis is not null)
        {
            try
            {
                RedisAddress.Parse(Redis);
            }
            catch (ArgumentException)
            {
                // The address may hold a password, and is not repeated.
                problems.Add($"{nameof(Redis)} is no Redis address, and must be HOST:PORT or a StackExchange.Redis configuration");
            }
        }

        return problems;
    }
}
