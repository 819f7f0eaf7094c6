namespace LLMBlender.TestKit;

/// <summary>A folder of its own for one test, deleted afterwards.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("llmblender-").FullName;

    /// <summary>A path below it.</summary>
    public string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a file, and gives its path.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = File(name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    /// <inheritdoc cref="Write(string, ReadOnlySpan{byte})"/>
    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Copies a folder's files (not its subfolders) to a subfolder, and gives its path.</summary>
    public string CopyOf(string folder, string name)
    {
        var copy = Directory.CreateDirectory(File(name)).FullName;
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            System.IO.File.Copy(file, System.IO.Path.Combine(copy, System.IO.Path.GetFileName(file)));
            System.IO.File.SetAttributes(System.IO.Path.Combine(copy, System.IO.Path.GetFileName(file)), FileAttributes.Normal);
        }

        return copy;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
