using LLMBlender.Abstractions;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Fusion;

namespace LLMBlender.Local;

/// <summary>The rankers and fusers loaded in this process, which are disposed with this instance.</summary>
/// <param name="rankers">The rankers by name, the default first; may be empty if chat models rank.</param>
/// <param name="fusers">The fusers.</param>
public sealed class LocalModels(IReadOnlyList<KeyValuePair<string, IPairRanker>> rankers, FuserRegistry fusers) : IDisposable
{
    /// <summary>Loads rankers.</summary>
    /// <param name="rankers">Name and model folder of each, the default first.</param>
    /// <param name="options">The rankers' device and limits.</param>
    /// <param name="fusers">The loaded fusers; disposed with the result, and if a ranker can't be loaded.</param>
    /// <exception cref="Inference.ModelException">A model can't be loaded.</exception>
    public static LocalModels Load(IEnumerable<(string Name, string Folder)> rankers, PairRankerOptions options, FuserRegistry fusers)
    {
        var loaded = new List<KeyValuePair<string, IPairRanker>>();
        var models = new LocalModels(loaded, fusers);
        try
        {
            foreach (var (name, folder) in rankers)
            {
                loaded.Add(KeyValuePair.Create<string, IPairRanker>(name, ModelRankers.Load(folder, options)));
            }

            return models;
        }
        catch
        {
            models.Dispose();
            throw;
        }
    }

    /// <summary>The fusers.</summary>
    public FuserRegistry Fusers => fusers;

    /// <summary>The chat model that ranks requests without a ranker; null for the first ranker.</summary>
    public string? DefaultRanker { get; init; }

    /// <summary>The chat model that fuses requests without a fuser; null for the first fuser.</summary>
    public string? DefaultFuser { get; init; }

    /// <summary>The rankers by name, the default first.</summary>
    public IReadOnlyList<KeyValuePair<string, IPairRanker>> Rankers => rankers;

    /// <summary>Returns a ranker.</summary>
    /// <param name="name">The ranker's name; null for the default.</param>
    /// <exception cref="BlendException">There is no such ranker.</exception>
    public (string Name, IPairRanker Ranker) FindRanker(string? name)
    {
        foreach (var (known, ranker) in rankers)
        {
            if (name is null || name == known)
            {
                return (known, ranker);
            }
        }

        throw BlendException.Invalid("ranker", rankers.Count == 0
            ? $"{(name is null ? "the default ranker" : $"ranker \"{name}\"")} is not known: no ranker is loaded"
            : $"ranker \"{name}\" is not known; known are {string.Join(", ", rankers.Select(static ranker => ranker.Key))}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, ranker) in rankers)
        {
            ranker.Dispose();
        }

        fusers.Dispose();
    }
}
