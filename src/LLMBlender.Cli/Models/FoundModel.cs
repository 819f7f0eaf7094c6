using LLMBlender.Inference;
using LLMBlender.Inference.Models;

namespace LLMBlender.Cli.Models;

/// <summary>A model folder below one of the folders of models.</summary>
/// <param name="Name">What it can be called.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="Manifest">What it says of itself; null where that can't be read.</param>
/// <param name="Problem">Why it can't be read.</param>
internal sealed record FoundModel(string Name, string Folder, ModelManifest? Manifest, string? Problem)
{
    /// <summary>Bytes of its files.</summary>
    public long Size { get; } = Sizes.Bytes(Folder);

    /// <summary>The models that can be called by name, by name.</summary>
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
