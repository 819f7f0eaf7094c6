using System.Text;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>
/// Reads small checkpoint files as a whole. A Git LFS pointer, which a clone without Git LFS contains instead of a large file, causes a
/// specific error.
/// </summary>
internal static class ModelFile
{
    /// <summary>The maximum length of a Git LFS pointer.</summary>
    public const int MostPointerBytes = 1024;

    private static ReadOnlySpan<byte> Pointer => "version https://git-lfs."u8;

    /// <summary>Reads a file's bytes. An empty file is not opened; neither are pipes and devices, which could be read forever.</summary>
    /// <exception cref="ModelException">It can't be read, or is a Git LFS pointer.</exception>
    public static byte[] ReadAll(string path)
    {
        try
        {
            var bytes = IsEmpty(path) ? [] : File.ReadAllBytes(path);
            ThrowIfPointer(path, bytes);
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

    /// <summary>Reads a JSON file's bytes without the UTF-8 byte order mark.</summary>
    /// <exception cref="ModelException">It can't be read, is a Git LFS pointer, or is UTF-16.</exception>
    public static ReadOnlyMemory<byte> ReadJson(string path)
    {
        var bytes = ReadAll(path);
        return bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]
            ? throw new ModelException(path, "is UTF-16, and must be UTF-8")
            : bytes.AsMemory(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
    }

    /// <summary>Whether a file, or the target of a link, has no bytes; this includes pipes and devices.</summary>
    public static bool IsEmpty(string path)
    {
        var file = new FileInfo(path);
        return file.Exists && ((file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo) ?? file).Length == 0;
    }

    /// <summary>Throws if a file starts with the prefix of a Git LFS pointer.</summary>
    /// <exception cref="ModelException">The file is a Git LFS pointer.</exception>
    public static void ThrowIfPointer(string path, ReadOnlySpan<byte> start)
    {
        if (start.Length < MostPointerBytes && start.StartsWith(Pointer))
        {
            throw new ModelException(path, "is a Git LFS pointer, not the file it points to: fetch it with 'git lfs pull'");
        }
    }
}
