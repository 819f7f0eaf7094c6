using LLMBlender.Abstractions;
using LLMBlender.Client;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the client of a cluster to an app.</summary>
public static class LLMBlenderClientExtensions
{
    /// <summary>
    /// Adds a connection to a cluster, and <see cref="IBlender"/>. Options are bound to the configuration section
    /// <c>LLMBlender:Client</c> before <paramref name="configure"/> is called.
    /// </summary>
    /// <exception cref="OptionsValidationException">An option is invalid; the message names property, value and rule.</exception>
    public static IHostApplicationBuilder AddLLMBlenderClient(
        this IHostApplicationBuilder builder, Action<LLMBlenderClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new LLMBlenderClientOptions();
        builder.Configuration.GetSection(LLMBlenderClientOptions.Section).Bind(options);
        configure?.Invoke(options);

        // Orleans needs the clustering provider while the host is built, so options are validated here.
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new OptionsValidationException(LLMBlenderClientOptions.Section, typeof(LLMBlenderClientOptions), problems);
        }

        var certificates = ReadCertificates(options);
        var caller = options.Caller ?? builder.Environment.ApplicationName;
        builder.UseOrleansClient(client =>
        {
            Connect(client, options);
            if (certificates is not null)
            {
                client.Services.AddOptions<ClientConnectionOptions>().Configure<ILogger<ClusterCertificates>>((connections, logger) =>
                {
                    certificates.LogTo(logger);
                    connections.ConfigureConnection(connection => connection.UseClientTls(ClusterTls.ToSilos(certificates)));
                });
            }

            client.AddOutgoingGrainCallFilter(new ClientCallerFilter(caller));
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ClusterId));
            client.AddOutgoingGrainCallFilter<TraceContextFilter>();
            client.Services.AddSingleton<IClientConnectionRetryFilter>(provider => new ConnectionRetry(
                options, provider.GetService<TimeProvider>() ?? TimeProvider.System, provider.GetRequiredService<ILogger<ConnectionRetry>>()));
        });
        // One warning says that no server answers; Orleans logs a stack trace for each attempt.
        builder.Logging.AddFilter("Orleans.Runtime.Messaging.ConnectionManager", LogLevel.Error);
        builder.Services.AddSingleton(Options.Options.Create(options));
        builder.Services.AddBlender();
        return builder;
    }

    /// <summary>Adds a chat client whose answers are blends of the registered <see cref="IBlender"/>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="panel">The panel to use if a request names none; null for the default one.</param>
    /// <param name="serviceKey">The key of the registered <see cref="IChatClient"/>; null for none.</param>
    /// <returns>The builder of the client's pipeline.</returns>
    public static ChatClientBuilder AddLLMBlenderChatClient(this IServiceCollection services, string? panel = null, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return serviceKey is null ? services.AddChatClient(Create) : services.AddKeyedChatClient(serviceKey, Create);

        IChatClient Create(IServiceProvider provider) => new BlendChatClient(provider.GetRequiredService<IBlender>(), panel);
    }

    /// <summary>Adds a health check of the cluster: unhealthy while it does not answer a call for its panels.</summary>
    /// <param name="builder">The app's health checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="tags">Tags by which checks are selected; null for none.</param>
    public static IHealthChecksBuilder AddLLMBlender(this IHealthChecksBuilder builder, string name = "llmblender", IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(name, static provider => new ClusterHealthCheck(provider.GetRequiredService<IBlender>()), failureStatus: null, tags));
    }

    /// <summary>Adds an <see cref="IBlender"/> that uses the registered grain factory.</summary>
    public static IServiceCollection AddBlender(this IServiceCollection services)
    {
        services.TryAddSingleton<IBlender>(static provider => new Blender(
            provider.GetRequiredService<IGrainFactory>(), generation: provider.GetService<IRouteGeneration>()));
        return services;
    }

    private static ClusterCertificates? ReadCertificates(LLMBlenderClientOptions options)
    {
        try
        {
            return options.TlsFolder is { } folder ? new ClusterCertificates(folder) : null;
        }
        catch (ArgumentException e)
        {
            throw new OptionsValidationException(
                LLMBlenderClientOptions.Section, typeof(LLMBlenderClientOptions), [$"{nameof(LLMBlenderClientOptions.TlsFolder)}: {e.Message}"]);
        }
    }

    private static void Connect(IClientBuilder client, LLMBlenderClientOptions options)
    {
        if (options.Redis is { } redis)
        {
            client.UseRedisClustering(clustering => clustering.ConfigurationOptions = RedisAddress.Parse(redis));
        }
        else
        {
            client.UseLocalhostClustering(options.GatewayPort, options.ClusterId, options.ClusterId);
        }
    }
}
