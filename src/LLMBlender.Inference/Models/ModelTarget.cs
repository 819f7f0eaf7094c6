using LLMBlender.Inference.Checkpoints;

namespace LLMBlender.Inference.Models;

/// <summary>
/// The target folder of an import. It may contain only an older model: a folder with any other file is rejected, and the message contains
/// that file's name. The older model is kept until the new one is complete and validated.
/// </summary>
internal sealed class ModelTarget
{
    private readonly string[] replaced;

    private ModelTarget(string path, string[] replaced)
    {
        (Path, this.replaced) = (path, replaced);
        // Containers that share a volume have process ids in common.
        Staging = $"{path}.importing-{Environment.MachineName}-{Environment.ProcessId}";
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The model's name.</summary>
    public string Id => System.IO.Path.GetFileName(Path);

    /// <summary>The adjacent folder that the new model is written to.</summary>
    public string Staging { get; }

    /// <summary>Checks that a model can be written to a folder.</summary>
    /// <exception cref="ModelException">The folder contains something other than a model.</exception>
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

    /// <summary>Opens the new model, and replaces the older one with it.</summary>
    /// <exception cref="ModelException">The new model is not valid; the older one is kept.</exception>
    public void Replace()
    {
        ModelFolder.Open(Staging);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        if (!Directory.Exists(Path))
        {
            Directory.Move(Staging, Path);
            return;
        }

        // Checked again, because importing takes long.
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
                folder, $"contains {Quote.Of(other)}, which is not part of a model and is not overwritten: move it away, or import to another folder")
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
            throw new ModelException(folder, $"contains a {ModelManifest.FileName} that is not a valid model manifest, and is not overwritten ({e.Message})", e);
        }
    }
}
