using System.IO.Compression;

namespace LLMBlender.Records;

/// <summary>An open file of records, or standard input. A file whose name ends in <c>.gz</c> is decompressed.</summary>
public sealed class RecordInput : IDisposable
{
    private readonly bool isFile;

    private RecordInput(Stream stream, RunFile file, string name, long? length, bool isFile) =>
        (Stream, File, Name, Length, this.isFile) = (stream, file, name, length, isFile);

    /// <summary>The stream.</summary>
    public Stream Stream { get; }

    /// <summary>The file, which no output of the run may replace.</summary>
    public RunFile File { get; }

    /// <summary>The name in errors.</summary>
    public string Name { get; }

    /// <summary>The size in bytes; null if unknown.</summary>
    public long? Length { get; }

    /// <summary>Opens a file, or standard input for <c>-</c>.</summary>
    /// <param name="from">The file's name.</param>
    /// <param name="standardInput">Standard input.</param>
    /// <param name="cancellationToken">Ends waiting for a pipe, here and where the stream is read.</param>
    /// <exception cref="UsageException">The file can't be opened.</exception>
    /// <exception cref="OperationCanceledException">It is cancelled.</exception>
    public static RecordInput Open(string from, Stream standardInput, CancellationToken cancellationToken = default)
    {
        if (from == "-")
        {
            return new RecordInput(Interruptible(standardInput, cancellationToken), RunFile.From("--from -", from, standardInput), "stdin", null, isFile: false);
        }

        if (Directory.Exists(from))
        {
            throw new UsageException($"--from {from}: is a folder, and must be a JSON Lines file");
        }

        try
        {
            var stream = IsPipe(from) ? PipeStream.Wait(() => OpenFile(from), cancellationToken) : OpenFile(from);
            var file = RunFile.From("--from", from, stream);
            var content = Interruptible(stream, cancellationToken);
            return from.EndsWith(".gz", StringComparison.Ordinal)
                ? new RecordInput(new GZipStream(content, CompressionMode.Decompress), file, from, null, isFile: true)
                : new RecordInput(content, file, from, stream.CanSeek ? stream.Length : null, isFile: true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"--from {from}: there is no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--from {from}: can't be opened: {e.Message}", e);
        }
    }

    /// <summary>Whether a path is a pipe or a device, which can be read once.</summary>
    public static bool IsPipe(string path) => OperatingSystem.IsLinux() && System.IO.File.Exists(path) && FileIdentity.Of(path) is null;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isFile)
        {
            Stream.Dispose();
        }
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);

    private static Stream Interruptible(Stream stream, CancellationToken cancellationToken) =>
        stream.CanSeek || !cancellationToken.CanBeCanceled ? stream : new PipeStream(stream, cancellationToken);
}
