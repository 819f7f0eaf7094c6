using LLMBlender.Abstractions;
using LLMBlender.Client;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.Messaging;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets an app ask a cluster.</summary>
public static class LLMBlenderClientExtensions
{
    /// <summary>
    /// Adds a connection to a cluster, and <see cref="IBlender"/>. Options are bound to the configuration's section
    /// <c>LLMBlender:Client</c> before <paramref name="configure"/> changes them.
    /// </summary>
    /// <exception cref="OptionsValidationException">An option breaks a rule; names property, value and rule.</exception>
    public static IHostApplicationBuilder AddLLMBlenderClient(
        this IHostApplicationBuilder builder, Action<LLMBlenderClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new LLMBlenderClientOptions();
        builder.Configuration.GetSection(LLMBlenderClientOptions.Section).Bind(options);
        configure?.Invoke(options);

        // Orleans takes the kind of clustering while the host is built, and so options are checked here already.
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new OptionsValidationException(LLMBlenderClientOptions.Section, typeof(LLMBlenderClientOptions), problems);
        }

        builder.UseOrleansClient(client =>
        {
            Connect(client, options);
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ClusterId));
            client.UseConnectionRetryFilter(RetryAsync);
        });
        builder.Services.AddSingleton(Options.Options.Create(options));
        builder.Services.AddBlender();
        return builder;
    }

    /// <summary>Adds a chat client whose every answer is a blend, over the registered <see cref="IBlender"/>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="panel">The panel where a request names none; null for the default one.</param>
    /// <param name="serviceKey">The key of the registered <see cref="IChatClient"/>; null for none.</param>
    /// <returns>The client's pipeline.</returns>
    public static ChatClientBuilder AddLLMBlenderChatClient(this IServiceCollection services, string? panel = null, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return serviceKey is null ? services.AddChatClient(Create) : services.AddKeyedChatClient(serviceKey, Create);

        IChatClient Create(IServiceProvider provider) => new BlendChatClient(provider.GetRequiredService<IBlender>(), panel);
    }

    /// <summary>Adds <see cref="IBlender"/> over the registered grain factory.</summary>
    public static IServiceCollection AddBlender(this IServiceCollection services)
    {
        services.TryAddSingleton<IBlender>(static provider => new Blender(provider.GetRequiredService<IGrainFactory>()));
        return services;
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

    // A client may well start before the cluster does.
    private static async Task<bool> RetryAsync(Exception e, CancellationToken cancellationToken)
    {
        if (e is not (SiloUnavailableException or ConnectionFailedException or RedisException or TimeoutException))
        {
            return false;
        }

        await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
        return true;
    }
}
