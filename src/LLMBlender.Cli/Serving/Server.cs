using System.Net;
using System.Net.Sockets;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Panels;
using LLMBlender.Client;
using LLMBlender.Gateway;
using LLMBlender.Gateway.Settings;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.Records;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Models;
using LLMBlender.Silo.Placement;
using LLMBlender.Silo.Sealing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;
using GrainTypeOptions = Orleans.Configuration.GrainTypeOptions;

namespace LLMBlender.Cli.Serving;

/// <summary>A <c>serve</c> process: a silo and its HTTP endpoints, composed by role.</summary>
internal sealed class Server(ServeArguments arguments, Terminal terminal)
{
    // Longer than the longest drain. An orchestrator's grace period for a shorter drain may end before.
    private static readonly TimeSpan ShutdownTime = AdmissionOptions.LongestDrain + TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly Leaving leaving = new(TimeProvider.System);
    private volatile bool isStarted;
    private volatile bool isStopping;

    /// <summary>Serves until it is cancelled, and then drains.</summary>
    /// <exception cref="UsageException">An argument or a value of the configuration is invalid, or an address is in use.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ServeAsync(cancellationToken);
        }
        catch (OptionsValidationException e)
        {
            // Thrown by whichever comes first: a service that reads its options, or their validation on start.
            throw new UsageException($"configuration: {e.Message}", e);
        }
    }

    private async Task<int> ServeAsync(CancellationToken cancellationToken)
    {
        CheckReach();
        CheckPorts();

        // A proxy in front and this server must not differ in where a request's lines end.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        using var certificates = ReadCertificates();
        var key = ReadKey();
        var builder = WebApplication.CreateSlimBuilder();
        var settings = Configure(builder);

        // Servers are searched while the models load.
        var finding = ConfiguredPanels.DiscoverAsync(settings, arguments.Roles.HasFlag(SiloRoles.Blend), terminal.Variable, cancellationToken);
        WriteHint($"starting: loading {string.Join(", ", settings.RankersOrDefault)}");
        using var models = LoadModels(settings, cancellationToken);
        var redis = arguments.Redis is { } address ? await RedisConnection.OpenAsync(address, arguments.RedisWait, WriteNote, TimeProvider.System, cancellationToken) : null;
        await using (redis)
        {
            if (redis is not null)
            {
                builder.Services.AddSingleton(redis);
            }

            using var connections = new ConnectionLimit(ConnectionLimit.ReadDescriptors());
            builder.WebHost.ConfigureKestrel(connections.AddTo);
            builder.Services.AddSingleton(connections);
            builder.Services.AddSingleton<IConnectionListenerFactory, LimitedListenerFactory>();
            ServeTelemetry.Add(builder, arguments.Roles);
            var found = await finding;
            var panels = ConfiguredPanels.Load(
                settings,
                builder.Configuration,
                found,
                discovered => builder.Services.AddPanels(builder.Configuration, discovered, PanelFile.PanelSources, WriteNote),
                WriteNote);
            if (arguments.Roles.HasFlag(SiloRoles.Gateway))
            {
                RequireRecordingFolder(panels, settings.Gateway.Recording.Folder);
            }

            var options = Options(key, certificates);
            builder.AddLLMBlenderSilo(options, models, panels);
            builder.UseOrleans(silo => AddDashboard(silo, arguments.Roles));
            builder.Services.AddHostedService<RestartNotice>();
            AddGateway(builder, options.Key);
            await using var app = builder.Build();
            if (connections.Descriptors < ConnectionLimit.FewDescriptors)
            {
                ServeLog.FewDescriptors(app.Logger, connections.Descriptors, connections.MaxConnections);
            }

            app.Use(leaving.RunAsync);
            app.Use(connections.RunAsync);
            app.Use(new MemoryLimit(MemoryLimit.HeapShare, () => app.Services.GetRequiredService<AnswerBudget>().UsedShare, TimeProvider.System).RunAsync);
            Map(app, () => isStarted);
            using var watch = new TaskWatch(app.Logger);
            await StartAsync(app, cancellationToken);
            await app.Services.GetRequiredService<SiloReadiness>().WhenMemberAsync(Tick, cancellationToken);
            isStarted = true;
            if (models.UsesProcessor)
            {
                WriteNote($"models compute with {ProcessorFeatures.Current.Describe(Environment.ProcessorCount)}");
            }

            try
            {
                WriteIfNothingFound(settings, panels, found);
                await WriteReadyAsync(app, cancellationToken);
                await UntilAsync(app, cancellationToken);
                await LeaveAsync(app);
                return ExitCode.Done;
            }
            finally
            {
                isStopping = true;
                await app.StopAsync(CancellationToken.None);
            }
        }
    }

    // The dashboard measures every grain call of its silo and reports each second, so that only silos with its role have it. The others don't
    // offer its grains, which would lack their services.
    private static void AddDashboard(ISiloBuilder silo, SiloRoles roles)
    {
        if (roles.HasFlag(SiloRoles.Dashboard))
        {
            silo.AddDashboard(static dashboard => dashboard.HideTrace = true);
        }
        else
        {
            silo.Services.PostConfigure<GrainTypeOptions>(static grains => grains.Classes.RemoveWhere(static type => type.Assembly == typeof(DashboardOptions).Assembly));
        }
    }

    private static void RequireRecordingFolder(PanelRegistry panels, string? folder)
    {
        if (folder is null && panels.Panels.FirstOrDefault(static panel => panel.IsRecorded) is { } panel)
        {
            throw new SettingsException($"{GatewayOptions.Section}:Recording:Folder is missing, and must be a folder, because the panel \"{panel.Name}\" has Record");
        }
    }

    private static async Task UntilAsync(WebApplication app, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, app.Lifetime.ApplicationStopping);
        await Task.Delay(Timeout.Infinite, either.Token).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private Task LeaveAsync(WebApplication app) =>
        arguments.Roles.HasFlag(SiloRoles.Gateway) && !app.Lifetime.ApplicationStopping.IsCancellationRequested
            ? leaving.WaitAsync(app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.LeaveTime)
            : Task.CompletedTask;

    private async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            isStopping = true;
            throw new UsageException($"can't listen: {e.Message}", e);
        }
        catch (Exception e) when (SocketFailure(e) is { } failure)
        {
            isStopping = true;
            var ports = string.Join(", ", new[] { ("--silo-port", arguments.SiloPort), ("--silo-listen-port", arguments.ListenPort), ("--gateway-port", arguments.GatewayPort) }
                .Where(static port => port.Item2 > 0).Select(static port => $"{port.Item1} {port.Item2}"));
            throw new UsageException($"can't listen: {failure.Message} (--urls {arguments.Urls}{(ports.Length > 0 ? ", " : "")}{ports})", e);
        }
    }

    // Kestrel's exception for a port that is in use is an IOException; Orleans' one, and those of other addresses, have a SocketException inside.
    private static SocketException? SocketFailure(Exception? e) => e switch
    {
        null => null,
        SocketException socket => socket,
        AggregateException all => all.InnerExceptions.Select(SocketFailure).FirstOrDefault(static found => found is not null),
        _ => SocketFailure(e.InnerException),
    };

    // The verb handles the termination signals; the host must not handle them too.
    private ServeSettings Configure(WebApplicationBuilder builder)
    {
        builder.Services.RemoveAll<IHostLifetime>();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTime);
        builder.WebHost.UseUrls(arguments.Urls.Split(';', ','));
        KeepLastValidFiles(builder);
        var settings = ServeSettings.Read(builder.Configuration, arguments.Config, arguments.SettingsPage);
        if (arguments.Quick && settings.Gateway.Callers.Length == 0)
        {
            WriteNote(QuickKey.Add(builder.Configuration, terminal.Variable, arguments.SettingsPage));
        }

        if (arguments is { SettingsPage: true, Config: { } file })
        {
            builder.Services.AddSingleton<ISettingsStore>(new SettingsStore(Path.GetFullPath(file), settings, terminal));
            WriteNote($"the page /settings.html edits {file}{(File.Exists(file) ? "" : ", which is not there yet")}");
        }

        ServeLogging.Add(builder, () => isStarted, () => isStopping);
        return settings;
    }

    // The host's own files are as safe against a partial write as the file of --config.
    private static void KeepLastValidFiles(WebApplicationBuilder builder)
    {
        var sources = builder.Configuration.Sources;
        for (var i = 0; i < sources.Count; i++)
        {
            if (sources[i] is JsonConfigurationSource { ReloadOnChange: true, Path: { } file })
            {
                sources[i] = new SettingsFile(Path.Combine(builder.Environment.ContentRootPath, file), isOptional: true, check: null, TimeProvider.System);
            }
        }
    }

    private SiloModels LoadModels(ServeSettings settings, CancellationToken cancellationToken)
    {
        var search = new ModelSearch(terminal);
        try
        {
            if (arguments.Roles.HasFlag(SiloRoles.Compare) && settings.AcceleratorsOrDefault.Contains(Accelerator.Auto) && Accelerator.CudaProblem is { } problem)
            {
                WriteNote(Accelerator.Fallback(problem));
            }

            var models = arguments.Roles.HasFlag(SiloRoles.Compare)
                ? SiloModels.Load([.. settings.RankersOrDefault.Select(search.FindRanker)], settings.AcceleratorsOrDefault, settings.AcceleratorMemory, cancellationToken)
                : SiloModels.None;
            if (arguments.Roles.HasFlag(SiloRoles.Fuse))
            {
                models.LoadFusers([.. settings.FusersOrDefault.Select(search.FindFuser)]);
            }

            return models;
        }
        catch (ArgumentException e)
        {
            throw new UsageException(Sentences.WithoutParameter(e), e);
        }
    }

    private LLMBlenderSiloOptions Options(ClusterKey? key, ClusterCertificates? certificates) => new()
    {
        Roles = arguments.Roles,
        Redis = arguments.Redis,
        ClusterId = arguments.ClusterId,
        Key = key,
        Certificates = certificates,
        Address = arguments.Address,
        SiloPort = arguments.SiloPort,
        ListenPort = arguments.ListenPort,
        GatewayPort = arguments.GatewayPort,
    };

    // Whoever reaches the ports of processes without TLS can call every grain.
    private void CheckReach()
    {
        if (arguments.Redis is not null && !IPAddress.IsLoopback(arguments.Address) && arguments is { ClusterTls: null, InsecureCluster: false })
        {
            throw new UsageException(
                $"--advertise {arguments.Address} opens the ports of the cluster's processes to other machines, and they ask for no key: give --cluster-tls FOLDER ('llmblender secrets' makes it), "
                + "or say --insecure-cluster if the network admits only processes of the cluster");
        }
    }

    private void CheckPorts()
    {
        var listening = arguments.ListenPort > 0 ? arguments.ListenPort : arguments.SiloPort;
        if (listening > 0 && listening == arguments.GatewayPort)
        {
            throw new UsageException($"--gateway-port {arguments.GatewayPort}: is the port for the other processes too, and must be another one");
        }
    }

    private ClusterCertificates? ReadCertificates()
    {
        try
        {
            return arguments.ClusterTls is { } folder ? new ClusterCertificates(folder) : null;
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--cluster-tls: {e.Message}", e);
        }
    }

    private ClusterKey? ReadKey()
    {
        try
        {
            return arguments.ClusterKey is { } file ? ClusterKey.Read(file)
                : terminal.Variable(ServeArguments.ClusterKeyVariable) is { Length: > 0 } text ? ClusterKey.Parse(text)
                : arguments.Redis is not null && IPAddress.IsLoopback(arguments.Address) ? MachineKey.Read(WriteNote)
                : null;
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"{(arguments.ClusterKey is null ? ServeArguments.ClusterKeyVariable : "--cluster-key")}: {Sentences.WithoutParameter(e)}", e);
        }
    }

    private void WriteIfNothingFound(ServeSettings settings, PanelRegistry panels, DiscoveredBackends found)
    {
        if (arguments.Roles.HasFlag(SiloRoles.Blend) && settings.Discover && found.Panels.Length == 0 && panels.Panels is [{ Name: PanelRegistryBuilder.SamplePanel }])
        {
            WriteNote($"{DiscoveredBackends.Searched}; the panel \"{PanelRegistryBuilder.SamplePanel}\" answers {SamplePanel.Records.Count} recorded instructions. "
                + "Start a model server or set a key and start again, or write a configuration with 'llmblender init'");
        }
    }

    // For a person who waits; scripts read the line "ready".
    private void WriteHint(string hint)
    {
        if (terminal.ErrorIsTerminal)
        {
            WriteNote(hint);
        }
    }

    private void WriteNote(string note) => terminal.Error.Write(System.Text.Encoding.UTF8.GetBytes($"llmblender: {note}\n"));

    private void AddGateway(WebApplicationBuilder builder, ClusterKey? key)
    {
        if ((arguments.Roles & (SiloRoles.Gateway | SiloRoles.Dashboard)) is not SiloRoles.None)
        {
            if (key is not null)
            {
                builder.Services.AddSingleton<ISeal>(new ClusterSeal(key));
            }

            builder.AddLLMBlenderGateway();
        }
    }

    private void Map(WebApplication app, Func<bool> started)
    {
        var readiness = app.Services.GetRequiredService<SiloReadiness>();
        app.MapHealth(started, () => leaving.Problem ?? readiness.Problem());
        app.MapPrometheusScrapingEndpoint(ServeTelemetry.Path).AllowAnonymous();
        if (arguments.Roles.HasFlag(SiloRoles.Gateway))
        {
            app.MapLLMBlenderGateway();
        }
        else if (arguments.Roles.HasFlag(SiloRoles.Dashboard))
        {
            app.UseLLMBlenderAuthentication();
        }

        if (arguments.Roles.HasFlag(SiloRoles.Dashboard))
        {
            app.MapOrleansDashboard(GatewayExtensions.DashboardPath);
        }
    }

    private async Task WriteReadyAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var readiness = app.Services.GetRequiredService<SiloReadiness>();
        var line = $"ready {string.Join(' ', app.Urls)} role={RoleNames.Write(arguments.Roles)} cluster={arguments.ClusterId} silo={readiness.Address}\n";
        await terminal.Out.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line), cancellationToken);
        await terminal.Out.FlushAsync(cancellationToken);
        if (arguments.Roles.HasFlag(SiloRoles.Gateway) && app.Urls.FirstOrDefault() is { } url)
        {
            WriteHint($"open {url} in a browser, or use {url}/v1 in any OpenAI client; Ctrl-C stops the server");
        }
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
