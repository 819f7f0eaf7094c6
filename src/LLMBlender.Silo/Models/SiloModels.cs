using LLMBlender.Core.Fusion;
using LLMBlender.Inference;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Fusion;
using LLMBlender.Silo.Comparing;

namespace LLMBlender.Silo.Models;

/// <summary>The models that a silo has loaded, by accelerator.</summary>
public sealed class SiloModels : IDisposable
{
    /// <summary>The kind of rankers in <see cref="Loaded"/>.</summary>
    internal const string Ranker = "ranker";

    private const int LeastMemory = 256;

    internal SiloModels(IReadOnlyList<AcceleratorRankers> accelerators) => Accelerators = accelerators;

    /// <summary>No models, for silos that neither compare nor fuse.</summary>
    public static SiloModels None => new([]);

    internal IReadOnlyList<AcceleratorRankers> Accelerators { get; }

    /// <summary>The fusers; if none is loaded, the answer is the best candidate.</summary>
    public FuserRegistry Fusers { get; private set; } = FuserRegistry.SelectOnly;

    /// <summary>Whether a loaded model computes on the processor.</summary>
    public bool UsesProcessor => Accelerators.Any(static accelerator => accelerator.Device is { CudaDevice: null }) || Loaded.Any(static loaded => loaded.Kind != Ranker);

    /// <summary>Loads rankers on accelerators.</summary>
    /// <param name="rankers">Name and folder of each; the first is the default.</param>
    /// <param name="accelerators">
    /// The devices: <c>cpu</c>, <c>cuda:N</c> or <c>auto</c>; may be empty. Several <c>cpu</c> share the cores; several entries of one CUDA device are as many
    /// workers with sessions and streams of their own.
    /// </param>
    /// <param name="memory">The most memory of a CUDA device that each ranker of each worker takes, in MiB; null for no limit.</param>
    /// <param name="cancellationToken">Ends the warm-up.</param>
    /// <exception cref="ModelException">A model can't be loaded.</exception>
    /// <exception cref="ArgumentException">An accelerator is unknown, or missing in this build.</exception>
    public static SiloModels Load(
        IReadOnlyList<(string Name, string Folder)> rankers, IReadOnlyList<string> accelerators, int? memory = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rankers);
        ArgumentNullException.ThrowIfNull(accelerators);
        if (memory < LeastMemory)
        {
            throw new ArgumentException($"AcceleratorMemory is {memory} MiB, and must be at least {LeastMemory}, a small model and its batches", nameof(memory));
        }

        var devices = accelerators.Select(name => Accelerator.Parse(name) with { MemoryBytes = (long?)memory << 20 }).ToList();
        var processors = Math.Max(1, devices.Count(device => device.CudaDevice is null));
        var threads = Math.Max(1, Environment.ProcessorCount / processors);
        var loaded = new List<AcceleratorRankers>();
        try
        {
            foreach (var device in devices)
            {
                var options = new PairRankerOptions { Accelerator = device, Threads = threads };
                var warm = new List<LoadedRanker>();
                loaded.Add(new AcceleratorRankers(NameOf(device, loaded), warm) { Device = device });
                foreach (var ranker in rankers)
                {
                    warm.Add(Load(ranker, options, cancellationToken));
                }
            }
        }
        catch
        {
            Dispose(loaded);
            throw;
        }

        return new SiloModels(loaded);
    }

    /// <summary>Loads fusers on the CPU.</summary>
    /// <param name="fusers">Model folders or <see cref="SelectFuser.FuserName"/>, the default first.</param>
    /// <exception cref="ModelException">A model can't be loaded.</exception>
    public void LoadFusers(IReadOnlyList<string> fusers) => Fusers = FuserRegistry.Load(fusers);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(Accelerators);
        Fusers.Dispose();
    }

    /// <summary>The kind, name and accelerator of each loaded model.</summary>
    internal IEnumerable<(string Kind, string Model, string Accelerator)> Loaded =>
        Accelerators.SelectMany(static accelerator => accelerator.Rankers.Select(ranker => (Ranker, ranker.Identity.Name, accelerator.Name)))
            .Concat(Fusers.Names.Where(static name => name != SelectFuser.FuserName).Select(static name => ("fuser", name, "cpu")));

    /// <summary>Names and versions of the rankers, and names of the fusers.</summary>
    internal string Version => string.Join(
        ' ', Accelerators.SelectMany(static accelerator => accelerator.Rankers.Select(static ranker => $"{ranker.Identity.Name}={ranker.Identity.Version}/{ranker.Identity.Info?.Temperature}/{ranker.Identity.Info?.ConsensusWeight}")).Distinct().Concat(Fusers.Names));

    // The second worker of cuda:0 is cuda:0/2: names are labels of metrics.
    private static string NameOf(Accelerator device, List<AcceleratorRankers> others) => others.Count(other => other.Device == device) switch
    {
        0 => device.ToString(),
        var count => $"{device}/{count + 1}",
    };

    private static LoadedRanker Load((string Name, string Folder) ranker, PairRankerOptions options, CancellationToken cancellationToken)
    {
        var model = ModelRankers.Load(ranker.Folder, options);
        try
        {
            return LoadedRanker.Create(ranker.Name, model, options.Accelerator, cancellationToken);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void Dispose(IEnumerable<AcceleratorRankers> accelerators)
    {
        foreach (var ranker in accelerators.SelectMany(accelerator => accelerator.Rankers))
        {
            ranker.Ranker.Dispose();
        }
    }
}
