using Microsoft.Win32.SafeHandles;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>A file with thread-safe random access; every failure is a <see cref="ModelException"/>.</summary>
internal sealed class WeightsFile : IDisposable
{
    private readonly SafeFileHandle handle;

    private WeightsFile(string path, SafeFileHandle handle, long length) =>
        (Path, this.handle, Length) = (path, handle, length);

    public string Path { get; }

    /// <summary>Bytes in the file when it was opened.</summary>
    public long Length { get; }

    public static WeightsFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            if (ModelFile.IsEmpty(path))
            {
                throw new ModelException(path, "has no bytes: it is empty, or no regular file");
            }

            handle = File.OpenHandle(path, options: FileOptions.RandomAccess);
            return new WeightsFile(path, handle, RandomAccess.GetLength(handle));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            handle?.Dispose();
            throw new ModelException(path, $"can't be opened: {e.Message}", e);
        }
    }

    /// <summary>Reads a whole small file, such as an index.</summary>
    /// <exception cref="ModelException">
    /// The file can't be read or has more than <paramref name="most"/> bytes.
    /// </exception>
    public static byte[] ReadAll(string path, int most)
    {
        using var file = Open(path);
        if (file.Length > most)
        {
            throw new ModelException(path, $"has {file.Length} bytes, and at most {most} are read");
        }

        var bytes = file.Read(0, (int)file.Length, "the file");
        ModelFile.ThrowIfPointer(path, bytes);
        return bytes;
    }

    /// <summary>Reads a number of bytes that has been checked.</summary>
    public byte[] Read(long offset, int count, string what)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(count);
        ReadExactly(offset, bytes, what);
        return bytes;
    }

    /// <summary>Fills the destination from <paramref name="offset"/> on.</summary>
    /// <param name="offset">Bytes from the file's start.</param>
    /// <param name="destination">The span to fill.</param>
    /// <param name="what">What is read, for the error message if the file ends too early.</param>
    public void ReadExactly(long offset, Span<byte> destination, string what)
    {
        while (!destination.IsEmpty)
        {
            var read = ReadSome(offset, destination, what);
            if (read == 0)
            {
                throw new ModelException(
                    Path,
                    $"ends at byte {offset}, {destination.Length} short of the end of {Quote.Of(what)}");
            }

            destination = destination[read..];
            offset += read;
        }
    }

    public void Dispose() => handle.Dispose();

    private int ReadSome(long offset, Span<byte> destination, string what)
    {
        try
        {
            return RandomAccess.Read(handle, destination, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(Path, $"can't be read at {Quote.Of(what)}: {e.Message}", e);
        }
    }
}
