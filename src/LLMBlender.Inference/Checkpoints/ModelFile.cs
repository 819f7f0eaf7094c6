using System.Text;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>
/// The small files of a checkpoint, read whole. What a clone without Git LFS leaves instead of a large file is refused by its
/// name, whatever the file was to hold.
/// </summary>
internal static class ModelFile
{
    /// <summary>The longest pointer that Git LFS writes.</summary>
    public const int MostPointerBytes = 1024;

    private static ReadOnlySpan<byte> Pointer => "version https://git-lfs."u8;

    /// <summary>A file's bytes. An empty file is not opened, and so neither is a pipe or a device, which could be read for ever.</summary>
    /// <exception cref="ModelException">It can't be read, or is a Git LFS pointer.</exception>
    public static byte[] ReadAll(string path)
    {
        try
        {
            var bytes = IsEmpty(path) ? [] : File.ReadAllBytes(path);
            RefusePointer(path, bytes);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException(path, "the file is missing", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(path, $"can't be read: {e.Message}", e);
        }
    }

    /// <summary>A JSON file's bytes after a UTF-8 byte order mark, if there is one.</summary>
    /// <exception cref="ModelException">It can't be read, is a Git LFS pointer, or is UTF-16.</exception>
    public static ReadOnlyMemory<byte> ReadJson(string path)
    {
        var bytes = ReadAll(path);
        return bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]
            ? throw new ModelException(path, "is UTF-16, and must be UTF-8")
            : bytes.AsMemory(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
    }

    /// <summary>Whether a file, or what a link points to, has no bytes; pipes and devices have none, either.</summary>
    public static bool IsEmpty(string path)
    {
        var file = new FileInfo(path);
        return file.Exists && ((file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo) ?? file).Length == 0;
    }

    /// <summary>Refuses a file that begins as Git LFS's pointers do.</summary>
    /// <exception cref="ModelException">It does.</exception>
    public static void RefusePointer(string path, ReadOnlySpan<byte> start)
    {
        if (start.Length < MostPointerBytes && start.StartsWith(Pointer))
        {
            throw new ModelException(path, "is a Git LFS pointer, not the file it points to: fetch it with 'git lfs pull'");
        }
    }
}
