using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Caching;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Dispatch;
using LLMBlender.Silo.Grains;
using LLMBlender.Silo.Models;
using LLMBlender.Silo.Placement;
using LLMBlender.Silo.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Placement;
using Orleans.Runtime.Hosting;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Versions.Compatibility;
using StackExchange.Redis;

namespace LLMBlender.Silo.Hosting;

/// <summary>Registers a silo.</summary>
public static class LLMBlenderSiloExtensions
{
    /// <summary>Adds a silo, its grains, and an <see cref="IBlender"/> that calls them.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="options">The silo's options.</param>
    /// <param name="models">The rankers and fusers; disposed with the host.</param>
    /// <param name="panels">The panels and backends.</param>
    public static IHostApplicationBuilder AddLLMBlenderSilo(
        this IHostApplicationBuilder builder, LLMBlenderSiloOptions options, SiloModels models, PanelRegistry panels)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        var redis = options.Redis is { } address ? RedisAddress.Parse(address) : null;
        if (redis is not null)
        {
            builder.Services.TryAddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(ForCache(options.Redis!)));
            builder.Services.TryAddSingleton(new StoredLogit(options.Key));
            builder.Services.TryAddSingleton<IComparisonStore, RedisComparisonStore>();
        }

        Bind<ComparisonCacheOptions>(builder.Services, ComparisonCacheOptions.Section);
        Bind<CompareQueueOptions>(builder.Services, CompareQueueOptions.Section);
        Bind<AdmissionOptions>(builder.Services, AdmissionOptions.Section);
        builder.UseOrleans(silo =>
        {
            ConfigureClustering(silo, options, redis);
            if (options.Certificates is { } certificates)
            {
                UseTls(silo, certificates);
            }

            silo.AddIncomingGrainCallFilter<ClientCallFilter>();
            silo.AddLLMBlenderGrains(options, models, panels);
        });
        if (redis is not null)
        {
            builder.Services.AddHostedService<MembershipRestorer>();
        }

        // Registered after the silo, and therefore stopped before it.
        builder.Services.AddHostedService(provider => provider.GetRequiredService<Admission>());
        return builder;
    }

    /// <summary>Adds the grains and their services to a silo with any kind of clustering.</summary>
    internal static ISiloBuilder AddLLMBlenderGrains(
        this ISiloBuilder silo, LLMBlenderSiloOptions options, SiloModels models, PanelRegistry panels)
    {
        var services = silo.Services;
        var capabilities = Capabilities(options.Roles, models);
        panels.ModelsVersion = models.Version;
        silo.UseSiloMetadata(new Dictionary<string, string>(capabilities.ToMetadata()));
        services.AddSingleton(capabilities);
        silo.AddGrainExtension<IPingExtension, PingExtension>();
        silo.AddGrainDirectory(RuleDirectory.Name, (_, _) => new RuleDirectory());

        // One strategy a grain, because it holds the grain's role.
        services.AddPlacementFilter<RoleFilterStrategy, RoleFilterDirector>(ServiceLifetime.Transient);
        services.AddPlacementDirector<PinnedPlacement, DirectPlacementDirector>();
        services.AddPlacementDirector<HomePlacement, DirectPlacementDirector>();
        services.AddPlacementDirector<NearPlacement, DirectPlacementDirector>();
        silo.Configure<ClusterMembershipOptions>(ConfigureMembership);
        silo.Configure<GrainVersioningOptions>(static versioning => versioning.DefaultCompatibilityStrategy = nameof(BackwardCompatible));
        silo.AddOutgoingGrainCallFilter<TraceContextFilter>();
        silo.AddIncomingGrainCallFilter<TraceParentFilter>();

        services.AddSingleton(panels);
        services.AddSingleton(models.Fusers);
        services.AddSingleton(models);
        services.AddSingleton(options);
        Validate<ComparisonCacheOptions, ComparisonCacheOptionsValidator>(services);
        Validate<CompareQueueOptions, CompareQueueOptionsValidator>(services);
        Validate<AdmissionOptions, AdmissionOptionsValidator>(services);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Admission>();
        services.TryAddSingleton(provider => new SiloReadiness(
            provider.GetRequiredService<ILocalSiloDetails>(),
            provider.GetRequiredService<IClusterMembershipService>(),
            provider.GetRequiredService<SiloCapabilityCache>(),
            provider.GetRequiredService<WorkerRoster>(),
            provider.GetRequiredService<Admission>(),
            capabilities,
            panels));
        services.TryAddSingleton<BlendMetrics>();
        services.TryAddSingleton(static provider => AnswerBudget.OfProcess(provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<BackendCaller>();
        services.TryAddSingleton<FusionHost>();
        services.TryAddSingleton<IBackendCaller, BackendGrainCaller>();
        services.TryAddSingleton(static provider => new ShadowRankings(provider.GetRequiredService<IBlender>(), provider.GetRequiredService<BlendMetrics>().Panels));
        services.AddHostedService<MetricsStart>();
        services.TryAddSingleton<SiloCapabilityCache>();
        services.TryAddSingleton<IRouteGeneration, MemberGeneration>();
        services.TryAddSingleton<IClusterStatus, ClusterStatus>();
        services.TryAddSingleton<SiloReporter>();
        services.TryAddSingleton<WorkerRoster>();
        services.TryAddSingleton<ShardDispatcher>();
        services.TryAddSingleton<ComparisonCache>();
        services.TryAddSingleton(provider => new LogitMemory(provider.GetRequiredService<IOptions<ComparisonCacheOptions>>().Value.MemoryEntries));
        services.TryAddSingleton<IComparisonStore, NoStore>();
        services.TryAddSingleton(provider => new CompareQueue(
            options.Roles.HasFlag(SiloRoles.Compare) ? models.Accelerators : [],
            provider.GetRequiredService<IOptions<CompareQueueOptions>>(),
            provider.GetRequiredService<BlendMetrics>(),
            provider.GetRequiredService<ILogger<CompareQueue>>()));
        services.AddBlender();
        return silo;
    }

    private static void Bind<T>(IServiceCollection services, string section)
        where T : class => services.AddOptions<T>().BindConfiguration(section, static binder => binder.ErrorOnUnknownConfiguration = true);

    private static void Validate<T, TValidator>(IServiceCollection services)
        where T : class
        where TValidator : class, IValidateOptions<T>
    {
        services.AddSingleton<IValidateOptions<T>, TValidator>();
        services.AddOptions<T>().ValidateOnStart();
    }

    private static SiloCapabilities Capabilities(SiloRoles roles, SiloModels models) => new(
        roles,
        roles.HasFlag(SiloRoles.Compare) ? models.Accelerators.Count : 0,
        models.Accelerators.Count > 0 ? [.. models.Accelerators[0].Rankers.Select(static ranker => ranker.Identity)] : [])
    {
        Versions = InterfaceVersions.Own,
    };

    // Membership detects a dead silo in about six seconds. Requests do not wait for it. A silo that starts does not wait for members that have not written to the table for
    // three of its intervals: after a power loss, all of them. A live member that looks like it, because a clock is wrong or Redis was away, is still probed and stays a member.
    private static void ConfigureMembership(ClusterMembershipOptions membership)
    {
        membership.ProbeTimeout = TimeSpan.FromSeconds(2);
        membership.NumMissedProbesLimit = 3;
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(2);
        membership.DefunctSiloExpiration = TimeSpan.FromHours(1);
        membership.DefunctSiloCleanupPeriod = TimeSpan.FromMinutes(10);
    }

    private static void ConfigureClustering(ISiloBuilder silo, LLMBlenderSiloOptions options, ConfigurationOptions? redis)
    {
        var siloPort = options.SiloPort > 0 ? options.SiloPort : FreePort(options.Address);
        if (redis is null)
        {
            silo.UseLocalhostClustering(siloPort, options.GatewayPort, null, options.ClusterId, options.ClusterId);
        }
        else
        {
            silo.UseRedisClustering(clustering => clustering.ConfigurationOptions = redis);
            GuardMembership(silo.Services);
            silo.Configure<EndpointOptions>(endpoint =>
            {
                var listen = ListenAddress(options.Address);
                (endpoint.AdvertisedIPAddress, endpoint.SiloPort, endpoint.GatewayPort) = (options.Address, siloPort, options.GatewayPort);
                endpoint.SiloListeningEndpoint = new IPEndPoint(listen, options.ListenPort > 0 ? options.ListenPort : siloPort);
                endpoint.GatewayListeningEndpoint = options.GatewayPort > 0 ? new IPEndPoint(listen, options.GatewayPort) : null;
            });

            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ClusterId));
        }
    }

    private static void UseTls(ISiloBuilder silo, ClusterCertificates certificates) =>
        silo.Services.AddOptions<SiloConnectionOptions>().Configure<ILogger<ClusterCertificates>>((connections, logger) =>
        {
            certificates.LogTo(logger);
            connections.ConfigureSiloInboundConnection(connection => connection.UseServerTls(ClusterTls.FromSilos(certificates)));
            connections.ConfigureGatewayInboundConnection(connection => connection.UseServerTls(ClusterTls.FromClients(certificates)));
            connections.ConfigureSiloOutboundConnection(connection => connection.UseClientTls(ClusterTls.ToSilos(certificates)));
        });

    private static void GuardMembership(IServiceCollection services)
    {
        var table = services.Last(static service => service.ServiceType == typeof(IMembershipTable));
        services.Remove(table);
        services.AddSingleton<IMembershipTable>(provider => ActivatorUtilities.CreateInstance<GuardedMembershipTable>(
            provider,
            (IMembershipTable)(table.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, table.ImplementationType!))));
    }

    /// <summary>Returns the Redis options of the cache, whose calls fail immediately if there is no connection.</summary>
    public static ConfigurationOptions ForCache(string address)
    {
        var redis = RedisAddress.Parse(address);
        redis.BacklogPolicy = BacklogPolicy.FailFast;
        redis.AsyncTimeout = 1000;
        redis.ClientName = "llmblender-cache";
        return redis;
    }

    /// <summary>
    /// The address to listen on: the advertised one if it is this machine's, otherwise all addresses of its family, for an address that is
    /// mapped to this machine.
    /// </summary>
    internal static IPAddress ListenAddress(IPAddress advertised)
    {
        if (IPAddress.IsLoopback(advertised) || IsLocal(advertised))
        {
            return advertised;
        }

        return advertised.AddressFamily is AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
    }

    private static bool IsLocal(IPAddress address) => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(static adapter => adapter.GetIPProperties().UnicastAddresses)
        .Any(own => own.Address.Equals(address));

    private static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address.AddressFamily is AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
