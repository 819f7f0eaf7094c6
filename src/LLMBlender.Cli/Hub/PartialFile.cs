using System.Globalization;
using LLMBlender.Records;
using Microsoft.Win32.SafeHandles;

namespace LLMBlender.Cli.Hub;

/// <summary>
/// A file being downloaded, in segments of one length, with a list of its complete segments beside it, from which an
/// interrupted download resumes. Only one process can open it at a time.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string path;
    private readonly string listPath;
    private readonly long segmentBytes;
    private readonly SafeFileHandle handle;
    private readonly Lock gate = new();
    private readonly HashSet<long> done = [];

    private PartialFile(string path, long size, long segmentBytes, SafeFileHandle handle)
    {
        (this.path, Size, this.segmentBytes, this.handle) = (path, size, segmentBytes, handle);
        listPath = path + ".segments";
    }

    /// <summary>The complete file's size in bytes.</summary>
    public long Size { get; }

    /// <summary>The number of segments.</summary>
    public long Segments => (Size + segmentBytes - 1) / segmentBytes;

    /// <summary>The number of bytes in complete segments.</summary>
    public long DoneBytes => done.Sum(segment => End(segment) - Start(segment));

    /// <summary>The segments that are not yet complete.</summary>
    public IReadOnlyList<long> Missing => [.. Range().Where(segment => !done.Contains(segment))];

    /// <summary>Opens the file of an earlier run, or creates a new one.</summary>
    /// <exception cref="UsageException">Another process is downloading the same file, or the file can't be written.</exception>
    public static PartialFile Open(string path, long size, long segmentBytes)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var file = new PartialFile(path, size, segmentBytes, handle);
            file.ReadList();
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: can't be written, or another process fetches the same file: {e.Message}", e);
        }
    }

    /// <summary>The offset of a segment's first byte.</summary>
    public long Start(long segment) => segment * segmentBytes;

    /// <summary>The offset after a segment's last byte.</summary>
    public long End(long segment) => Math.Min(Size, Start(segment) + segmentBytes);

    /// <summary>Writes bytes at an offset.</summary>
    /// <exception cref="UsageException">The disk is full, or the file can't be written.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(handle, bytes, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: can't be written at byte {offset}: {e.Message}", e);
        }
    }

    /// <summary>Marks a segment as complete.</summary>
    public void Finish(long segment)
    {
        lock (gate)
        {
            RandomAccess.FlushToDisk(handle);
            done.Add(segment);
            File.AppendAllText(listPath, string.Create(CultureInfo.InvariantCulture, $"{segment}\n"));
        }
    }

    /// <summary>Discards all downloaded bytes.</summary>
    public void Restart()
    {
        lock (gate)
        {
            done.Clear();
            RandomAccess.SetLength(handle, 0);
            File.WriteAllText(listPath, Header);
        }
    }

    /// <summary>Truncates the file to its final length.</summary>
    public void SetLength(long length) => RandomAccess.SetLength(handle, length);

    /// <summary>Opens the content for reading from the start.</summary>
    public Stream OpenRead() => new FileStream(new SafeFileHandle(handle.DangerousGetHandle(), ownsHandle: false), FileAccess.Read, bufferSize: 1) { Position = 0 };

    /// <summary>Closes the file and moves it to its target.</summary>
    public void MoveTo(string target)
    {
        handle.Dispose();
        File.Move(path, target, overwrite: true);
        File.Delete(listPath);
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private string Header => string.Create(CultureInfo.InvariantCulture, $"{Size} {segmentBytes}\n");

    private IEnumerable<long> Range()
    {
        for (var segment = 0L; segment < Segments; segment++)
        {
            yield return segment;
        }
    }

    // A list for another size is discarded; of a list with a truncated last line, the complete lines are used.
    private void ReadList()
    {
        var text = File.Exists(listPath) ? File.ReadAllText(listPath) : "";
        if (!text.StartsWith(Header, StringComparison.Ordinal))
        {
            Restart();
            return;
        }

        var lines = text[Header.Length..];
        foreach (var line in lines[..(lines.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (long.TryParse(line, CultureInfo.InvariantCulture, out var segment) && segment >= 0 && segment < Segments
                && RandomAccess.GetLength(handle) >= End(segment))
            {
                done.Add(segment);
            }
        }
    }
}
