using LLMBlender.Cli.Hub;
using LLMBlender.Core.Fusion;
using LLMBlender.Inference;
using LLMBlender.Inference.Models;

namespace LLMBlender.Cli.Models;

/// <summary>
/// Finds models: a path is used first; a name is then searched in $LLMBLENDER_MODELS, ./models and the models folder beside the
/// program, in that order.
/// </summary>
internal sealed class ModelSearch(Terminal terminal)
{
    /// <summary>The default ranker.</summary>
    public const string DefaultRanker = "reward-minilm";

    /// <summary>The environment variable with a folder of models.</summary>
    public const string Variable = "LLMBLENDER_MODELS";

    /// <summary>The search folders in order of precedence, whether or not they exist.</summary>
    public IReadOnlyList<string> Roots { get; } =
    [
        .. terminal.Variable(Variable) is { Length: > 0 } named ? [Path.GetFullPath(named)] : Array.Empty<string>(),
        Path.GetFullPath("models"),
        Path.Combine(AppContext.BaseDirectory, "models"),
    ];

    /// <summary>The folder of a model.</summary>
    /// <exception cref="ModelException">The model doesn't exist.</exception>
    public string FindModel(string name) =>
        Find(name, IsModel)
        ?? FindPulled(name)
        ?? (Directory.Exists(name)
            ? throw new ModelException(name, $"is not a model folder: it has no {ModelManifest.FileName} (models import makes one)")
            : throw NotFound(name));

    /// <summary>Whether there is a model with a name.</summary>
    public bool Has(string name) => Find(name, IsModel) is not null;

    /// <summary>The name and folder of a ranker; the name is that of the folder.</summary>
    /// <exception cref="ModelException">The model doesn't exist.</exception>
    public (string Name, string Folder) FindRanker(string name) => (Path.GetFileName(Path.TrimEndingDirectorySeparator(name)), FindModel(name));

    /// <summary>The folder of a fuser; the name itself for <see cref="SelectFuser"/>.</summary>
    /// <exception cref="ModelException">The model doesn't exist.</exception>
    public string FindFuser(string name) => name == SelectFuser.FuserName ? name : FindModel(name);

    /// <summary>Any existing folder: for tokenizers, which need no manifest.</summary>
    /// <exception cref="ModelException">The folder doesn't exist.</exception>
    public string FindFolder(string name) => Find(name, Directory.Exists) ?? throw NotFound(name);

    private static bool IsModel(string folder) => File.Exists(Path.Combine(folder, ModelManifest.FileName));

    private string? Find(string name, Predicate<string> matches)
    {
        if (matches(name))
        {
            return name;
        }

        foreach (var root in Roots)
        {
            var folder = Path.Combine(root, name);
            if (matches(folder))
            {
                return folder;
            }
        }

        return null;
    }

    // Finds a hub repository's model by the names that <c>models pull</c> uses by default.
    private string? FindPulled(string name) => HubRepository.Guess(name) is not { } repository ? null : Roots
        .SelectMany(root => repository.Names.Select(named => Path.Combine(root, named)))
        .Where(IsModel)
        .FirstOrDefault(folder => IsOf(folder, repository));

    private static bool IsOf(string folder, HubRepository repository)
    {
        try
        {
            return ModelManifest.Read(folder).Origin.StartsWith(
                $"{repository.Id}@{(repository.IsPinned ? repository.Revision : "")}", StringComparison.Ordinal);
        }
        catch (ModelException)
        {
            return false;
        }
    }

    private ModelException NotFound(string name) => new(
        name,
        $"no such model: it is neither a folder nor in {string.Join(", ", Roots)} ("
        + (HubRepository.Guess(name) is null
            ? "models list shows what is there)"
            : $"as a repository of the Hugging Face hub it is fetched with 'llmblender models pull {name}')"));
}
