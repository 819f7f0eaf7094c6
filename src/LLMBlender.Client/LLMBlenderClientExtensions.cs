using LLMBlender.Abstractions;
using LLMBlender.Client;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Runtime.Messaging;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets an app ask a cluster.</summary>
public static class LLMBlenderClientExtensions
{
    /// <summary>
    /// Adds a connection to a cluster, <see cref="IBlender"/>, and an <see cref="IChatClient"/> whose every answer is a blend.
    /// </summary>
    public static IHostApplicationBuilder AddLLMBlenderClient(
        this IHostApplicationBuilder builder, Action<LLMBlenderClientOptions>? configure = null)
    {
        var options = new LLMBlenderClientOptions();
        configure?.Invoke(options);
        builder.UseOrleansClient(client =>
        {
            Connect(client, options);
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ClusterId));
            client.UseConnectionRetryFilter(RetryAsync);
        });
        builder.Services.AddBlender(options.Panel);
        return builder;
    }

    /// <summary>Adds <see cref="IBlender"/> and an <see cref="IChatClient"/> over whatever grain factory there is.</summary>
    public static IServiceCollection AddBlender(this IServiceCollection services, string? panel = null)
    {
        services.TryAddSingleton<IBlender>(provider => new Blender(provider.GetRequiredService<IGrainFactory>()));
        services.TryAddSingleton<IChatClient>(provider => new BlendChatClient(provider.GetRequiredService<IBlender>(), panel));
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
