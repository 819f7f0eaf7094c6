using System.Globalization;
using LLMBlender.Records;
using Microsoft.Win32.SafeHandles;

namespace LLMBlender.Cli.Hub;

/// <summary>
/// A file while it is fetched, in segments of one length, and beside it the list of segments that are whole: a run that was
/// ended goes on where it was. Open in one process at a time.
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

    /// <summary>Bytes of the whole file.</summary>
    public long Size { get; }

    /// <summary>How many segments there are.</summary>
    public long Segments => (Size + segmentBytes - 1) / segmentBytes;

    /// <summary>Bytes of the segments that are whole.</summary>
    public long DoneBytes => done.Sum(segment => End(segment) - Start(segment));

    /// <summary>The segments that are still to be fetched.</summary>
    public IReadOnlyList<long> Missing => [.. Range().Where(segment => !done.Contains(segment))];

    /// <summary>Opens what an earlier run left, or begins anew.</summary>
    /// <exception cref="UsageException">Another process fetches the same file, or the file can't be written.</exception>
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

    /// <summary>A segment's first byte.</summary>
    public long Start(long segment) => segment * segmentBytes;

    /// <summary>The byte after a segment's last.</summary>
    public long End(long segment) => Math.Min(Size, Start(segment) + segmentBytes);

    /// <summary>Writes bytes at a place.</summary>
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

    /// <summary>Notes that a segment is whole.</summary>
    public void Finish(long segment)
    {
        lock (gate)
        {
            RandomAccess.FlushToDisk(handle);
            done.Add(segment);
            File.AppendAllText(listPath, string.Create(CultureInfo.InvariantCulture, $"{segment}\n"));
        }
    }

    /// <summary>Forgets all that was fetched.</summary>
    public void Restart()
    {
        lock (gate)
        {
            done.Clear();
            RandomAccess.SetLength(handle, 0);
            File.WriteAllText(listPath, Header);
        }
    }

    /// <summary>Cuts off what an earlier, longer content left.</summary>
    public void SetLength(long length) => RandomAccess.SetLength(handle, length);

    /// <summary>The content, to be read from its beginning.</summary>
    public Stream OpenRead() => new FileStream(new SafeFileHandle(handle.DangerousGetHandle(), ownsHandle: false), FileAccess.Read, bufferSize: 1) { Position = 0 };

    /// <summary>Closes the file, and moves it to its place.</summary>
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

    // A list for another size, or one that was cut off while it was written, counts as far as it is right.
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
