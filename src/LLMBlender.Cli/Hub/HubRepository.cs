using System.Text.RegularExpressions;
using LLMBlender.Records;

namespace LLMBlender.Cli.Hub;

/// <summary>A model repository of the Hugging Face hub, at one revision.</summary>
/// <param name="Id">Its name, such as <c>llm-blender/PairRM-hf</c>.</param>
/// <param name="Revision">A branch, a tag or a commit.</param>
/// <param name="Name">The default name of the model folder imported from it.</param>
internal sealed partial record HubRepository(string Id, string Revision, string Name)
{
    /// <summary>The revision if none is given.</summary>
    public const string DefaultRevision = "main";

    private const int MaxCharacters = 96;

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["pairrm"] = "llm-blender/PairRM-hf",
        ["genfuser"] = "llm-blender/gen_fuser_3b",
    };

    /// <summary>The aliases with their repositories, for help texts.</summary>
    public static string AliasList => string.Join(", ", Aliases.Select(alias => $"{alias.Key} ({alias.Value})"));

    /// <summary>The possible default names of a model folder imported from this repository.</summary>
    public IEnumerable<string> Names => [Name, Id.Split('/')[^1], .. Aliases.Where(alias => alias.Value == Id).Select(alias => alias.Key)];

    /// <summary>Whether the revision is a commit, which is immutable.</summary>
    public bool IsPinned => Commit().IsMatch(Revision);

    /// <summary>Parses <c>OWNER/NAME</c>, <c>NAME</c> or an alias, each with or without <c>@REVISION</c>.</summary>
    /// <param name="argument">The argument's name, for errors.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="UsageException">The text is not a valid repository.</exception>
    public static HubRepository Parse(string argument, string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var (id, revision) = at < 0 ? (text, DefaultRevision) : (text[..at], text[(at + 1)..]);
        var name = id.Split('/')[^1];
        id = Aliases.GetValueOrDefault(id, id);
        if (!IsId(id))
        {
            throw new UsageException(
                $"{argument} {text}: must be a repository of the hub, as OWNER/NAME or OWNER/NAME@REVISION, or one of {AliasList}");
        }

        return IsRevision(revision)
            ? new HubRepository(id, revision, name)
            : throw new UsageException($"{argument} {text}: the revision \"{revision}\" must be a branch, a tag or a commit");
    }

    /// <summary>The repository that a text may refer to if it is not a folder; null if it can't be a repository.</summary>
    public static HubRepository? Guess(string text)
    {
        var id = text.Split('@')[0];
        return Aliases.ContainsKey(id) || (id.Contains('/', StringComparison.Ordinal) && IsId(id)) ? Parse("", text) : null;
    }

    /// <summary>Whether a text is a commit's hash.</summary>
    public static bool IsCommit(string text) => Commit().IsMatch(text);

    /// <inheritdoc/>
    public override string ToString() => Revision == DefaultRevision ? Id : $"{Id}@{Revision}";

    private static bool IsId(string id) =>
        id.Length <= MaxCharacters && Identifier().IsMatch(id)
        && !id.Contains("..", StringComparison.Ordinal) && !id.Contains("--", StringComparison.Ordinal);

    private static bool IsRevision(string revision) =>
        RevisionName().IsMatch(revision) && revision.Split('/').All(part => part is not ("" or "." or ".."));

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?\z")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"^[A-Za-z0-9._/-]{1,200}\z")]
    private static partial Regex RevisionName();

    [GeneratedRegex(@"^[0-9a-f]{40}\z")]
    private static partial Regex Commit();
}
