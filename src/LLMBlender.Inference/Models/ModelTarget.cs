using LLMBlender.Inference.Checkpoints;

namespace LLMBlender.Inference.Models;

/// <summary>
/// The folder that a model is imported to. It may hold an older model, and nothing beside it: a folder with any other file is
/// refused by that file's name. The older model stays until the new one is whole and checked.
/// </summary>
internal sealed class ModelTarget
{
    private readonly string[] replaced;

    private ModelTarget(string path, string[] replaced)
    {
        (Path, this.replaced) = (path, replaced);
        Staging = $"{path}.importing-{Environment.ProcessId}";
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The model's name.</summary>
    public string Id => System.IO.Path.GetFileName(Path);

    /// <summary>The folder beside it, in which the new model is written.</summary>
    public string Staging { get; }

    /// <summary>Checks that a model may be written to a folder.</summary>
    /// <exception cref="ModelException">It holds something else than a model.</exception>
    public static ModelTarget Of(string folder)
    {
        var path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder));
        if (Directory.Exists(path) && new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { } linked)
        {
            path = linked.FullName;
        }

        if (File.Exists(path))
        {
            throw new ModelException(path, "is a file, but the model needs a folder of its own");
        }

        return new ModelTarget(path, Directory.Exists(path) ? FilesOf(path) : []);
    }

    /// <summary>Opens the new model, and puts it in the older one's place.</summary>
    /// <exception cref="ModelException">The new model is not sound; the older one is still there.</exception>
    public void Replace()
    {
        ModelFolder.Open(Staging);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        if (!Directory.Exists(Path))
        {
            Directory.Move(Staging, Path);
            return;
        }

        // Again, for importing takes long.
        FilesOf(Path);
        var old = $"{Path}.replaced-{Environment.ProcessId}";
        Directory.Move(Path, old);
        try
        {
            Directory.Move(Staging, Path);
        }
        catch
        {
            Directory.Move(old, Path);
            throw;
        }

        foreach (var name in replaced)
        {
            File.Delete(System.IO.Path.Combine(old, name));
        }

        Directory.Delete(old);
    }

    private static string[] FilesOf(string folder)
    {
        string[] there = [.. Directory.EnumerateFileSystemEntries(folder).Select(entry => System.IO.Path.GetFileName(entry)!)];
        if (there.Length == 0)
        {
            return [];
        }

        string[] known = there.Contains(ModelManifest.FileName) ? [.. Manifest(folder).Files.Keys, ModelManifest.FileName] : [];
        return there.Order(StringComparer.Ordinal).FirstOrDefault(name => !known.Contains(name) || Directory.Exists(System.IO.Path.Combine(folder, name))) is { } other
            ? throw new ModelException(
                folder, $"holds {Quote.Of(other)}, which is no part of a model, and is not overwritten: move it away, or import to another folder")
            : there;
    }

    private static ModelManifest Manifest(string folder)
    {
        try
        {
            return ModelManifest.Read(folder);
        }
        catch (ModelException e)
        {
            throw new ModelException(folder, $"holds a {ModelManifest.FileName} that is no model's, and is not overwritten ({e.Message})", e);
        }
    }
}
