using LLMBlender.Inference;
using LLMBlender.Inference.Models;

namespace LLMBlender.Cli.Models;

/// <summary>A model folder found in one of the search folders.</summary>
/// <param name="Name">Its name for options and requests.</param>
/// <param name="Folder">Its path.</param>
/// <param name="Manifest">Its manifest; null if that can't be read.</param>
/// <param name="Problem">The error if the manifest can't be read.</param>
internal sealed record FoundModel(string Name, string Folder, ModelManifest? Manifest, string? Problem)
{
    /// <summary>The total size of its files in bytes.</summary>
    public long Size { get; } = Sizes.Bytes(Folder);

    /// <summary>The models that can be given by name, sorted by name.</summary>
    public static IReadOnlyList<FoundModel> All(ModelSearch search) =>
    [
        .. search.Roots
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .Where(folder => File.Exists(Path.Combine(folder, ModelManifest.FileName)))
            .DistinctBy(Path.GetFileName, StringComparer.Ordinal)
            .Select(Read)
            .OrderBy(model => model.Name, StringComparer.Ordinal),
    ];

    private static FoundModel Read(string folder)
    {
        var name = Path.GetFileName(folder);
        try
        {
            return new FoundModel(name, folder, ModelManifest.Read(folder), null);
        }
        catch (ModelException e)
        {
            return new FoundModel(name, folder, null, e.Message);
        }
    }
}
