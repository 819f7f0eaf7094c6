using System.CommandLine;
using System.CommandLine.Parsing;
using LLMBlender.Cli.Hosts;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Serving;
using LLMBlender.Core.Fusion;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Local;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Panels;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>
/// The options that select the host of a verb's requests: models loaded in this process, with <c>--config</c> those of a
/// configuration file, or with <c>--cluster</c> a running cluster.
/// </summary>
internal sealed class HostArguments
{
    // Options of models that this process loads; a cluster's processes load their own.
    private static readonly string[] OfLoading =
    [
        "--device", "--source-max-length", "--candidate-max-length", "--beams", "--max-new-tokens", "--max-length", "--reference-truncation",
        "--show-source", "--config",
    ];

    // Options of rankers and fusers that come from the file.
    private static readonly string[] OfConfigured = ["--device", "--source-max-length", "--candidate-max-length", "--beams", "--max-new-tokens"];

    private readonly Option<string?> cluster = new("--cluster")
    {
        HelpName = "REDIS[,ID]",
        Description = "Use a running cluster, given by its Redis HOST:PORT and its id, instead of loading models.",
    };

    private readonly Option<string?> tls = new("--cluster-tls")
    {
        HelpName = "FOLDER",
        Description = $"The folder of the certificates for a cluster with TLS, as of serve. By default the variable {ServeArguments.ClusterTlsVariable}.",
    };

    private readonly Option<string?> config = new("--config")
    {
        HelpName = "FILE",
        Description = "A configuration file in the format of serve. --ranker then names one of its rankers, scorers or backends.",
    };

    private readonly Terminal terminal;
    private readonly RankerArguments? ranker;
    private readonly FuserArguments? fuser;
    private readonly DeviceArgument device;

    /// <param name="command">The verb that the option is added to.</param>
    /// <param name="terminal">Standard streams.</param>
    /// <param name="ranker">The ranker's options; null if the verb uses none.</param>
    /// <param name="fuser">The fuser's options; null if the verb uses none.</param>
    /// <param name="device">The device option; null for the ranker's.</param>
    public HostArguments(
        Command command, Terminal terminal, RankerArguments? ranker, FuserArguments? fuser = null, DeviceArgument? device = null)
    {
        (this.terminal, this.ranker, this.fuser, this.device) = (terminal, ranker, fuser, device ?? ranker!.Device);
        command.Options.Add(cluster);
        command.Options.Add(tls);
        if (ranker is not null)
        {
            command.Options.Add(config);
        }

        command.Validators.Add(result =>
        {
            foreach (var name in result.GetValue(cluster) is null ? [] : OfLoading.Where(name => result.GetResult(name) is OptionResult { Implicit: false }))
            {
                result.AddError($"{name} and --cluster exclude each other: it belongs to a process that loads models");
            }

            foreach (var name in !IsConfigured(result) ? [] : OfConfigured.Where(name => result.GetResult(name) is OptionResult { Implicit: false }))
            {
                result.AddError($"{name} and --config exclude each other: it belongs to the configuration");
            }
        });
    }

    /// <summary>The option that names a second model to load, which ranks by its name as given; null if the verb has none.</summary>
    public Option<string?>? Prior { get; init; }

    /// <summary>Whether requests are sent to a cluster.</summary>
    public bool IsCluster(ParseResult parsed) => parsed.GetValue(cluster) is not null;

    /// <inheritdoc cref="IsCluster(ParseResult)"/>
    public bool IsCluster(CommandResult parsed) => parsed.GetValue(cluster) is not null;

    /// <summary>Whether a configuration file is given.</summary>
    public bool IsConfigured(ParseResult parsed) => ranker is not null && parsed.GetValue(config) is not null;

    /// <inheritdoc cref="IsConfigured(ParseResult)"/>
    public bool IsConfigured(CommandResult parsed) => ranker is not null && parsed.GetValue(config) is not null;

    /// <summary>
    /// The ranker that a request names: the option's, else its record's. Null if the option selects the ranker that this
    /// process loads, which then is the default.
    /// </summary>
    public string? RankerOf(ParseResult parsed, string? ofRecord) =>
        Chosen(parsed, ranker!.Given(parsed), ofRecord);

    /// <summary>The fuser that a request names; as <see cref="RankerOf"/>.</summary>
    public string? FuserOf(ParseResult parsed, string? ofRecord) => Chosen(parsed, fuser!.Given(parsed), ofRecord);

    /// <summary>Connects to the cluster or loads the models that the arguments name.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <param name="panels">The panels if there is no configuration file; null for none.</param>
    /// <exception cref="UsageException">An option is out of range, the configuration is invalid, or the cluster does not answer.</exception>
    /// <exception cref="Inference.ModelException">A model can't be loaded.</exception>
    public async Task<IBlenderHost> OpenAsync(ParseResult parsed, CancellationToken cancellationToken, PanelRegistry? panels = null) =>
        parsed.GetValue(cluster) is { } address ? await ClusterHost.ConnectAsync(address, TlsFolder(parsed), cancellationToken)
        : IsConfigured(parsed) ? await ConfigurationFile.OpenAsync(
            parsed.GetValue(config)!, ranker!.Given(parsed), fuser is not null, terminal, cancellationToken)
        : Load(parsed, panels ?? new PanelRegistry());

    private string? TlsFolder(ParseResult parsed) =>
        parsed.GetValue(tls) ?? (terminal.Variable(ServeArguments.ClusterTlsVariable) is { Length: > 0 } folder ? folder : null);

    private string? Chosen(ParseResult parsed, string? given, string? ofRecord) =>
        given is null ? ofRecord : IsCluster(parsed) || IsConfigured(parsed) ? given : null;

    private static string Title(string use, ModelManifest manifest) =>
        $"{(manifest.Demonstration ? $"demonstration {use}" : use)} {manifest.Id}, {manifest.Precision}";

    private LocalHost Load(ParseResult parsed, PanelRegistry panels)
    {
        var metrics = LocalHost.CreateMetrics();
        var loaded = new List<IDisposable>();
        var titles = new List<string>();
        try
        {
            var rankers = new List<KeyValuePair<string, IPairRanker>>();
            var names = (Ranker: ranker?.Given(parsed), Fuser: fuser?.Given(parsed));
            if (names.Ranker is { } named && panels.HasRanker(named))
            {
                titles.Add($"judge {named}");
            }
            else if (ranker?.Load(parsed, terminal) is { } model)
            {
                loaded.Add(model);
                rankers.Add(KeyValuePair.Create<string, IPairRanker>(model.Manifest.Id, model));
                titles.Add(Title("ranker", model.Manifest));
            }

            if (Prior is not null && parsed.GetValue(Prior) is { } second && rankers.TrueForAll(known => known.Key != second))
            {
                var prior = ModelRankers.Load(new ModelSearch(terminal).FindModel(second), new PairRankerOptions { Accelerator = device.Read(parsed) });
                loaded.Add(prior);
                rankers.Add(KeyValuePair.Create<string, IPairRanker>(second, prior));
                titles.Add(Title("prior", prior.Manifest));
            }

            if (fuser is null)
            {
                return new LocalHost(new LocalModels(rankers, FuserRegistry.SelectOnly), panels, string.Join("; ", titles), metrics);
            }

            // A chat model of the panels fuses by its name in the request.
            var loadedFuser = names.Fuser is { } backend && panels.FindBackend(backend) is not null
                ? new SelectFuser() : fuser.Load(parsed, terminal, device.Read(parsed));
            if (loadedFuser is ModelFuser { Manifest: { } manifest })
            {
                titles.Add(Title("fuser", manifest));
            }

            return new LocalHost(new LocalModels(rankers, FuserRegistry.Of([loadedFuser])), panels, string.Join("; ", titles), metrics);
        }
        catch
        {
            loaded.ForEach(static model => model.Dispose());
            throw;
        }
    }
}
