namespace LLMBlender.Records;

/// <summary>
/// A file that a verb writes. The content is written to a file beside it, which replaces it when the content is complete, so that a
/// stopped run leaves the older file as it is. Devices and pipes are written directly.
/// </summary>
public sealed class OutputFile : IDisposable
{
    private static int last;

    private readonly string option;
    private readonly string name;
    private string? target;
    private string? partial;
    private Stream? stream;

    private OutputFile(string option, string name) => (this.option, this.name) = (option, name);

    /// <summary>Checks that a file can be written, without opening it.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="file">The file.</param>
    /// <param name="others">The other files of the run; none of them may be the same file.</param>
    /// <exception cref="UsageException">The path is no file in an existing folder, or is another file of the run.</exception>
    public static OutputFile Prepare(string option, string file, IEnumerable<RunFile> others)
    {
        var path = Path.GetFullPath(file);
        if (Directory.Exists(path))
        {
            throw new UsageException($"{option} {file}: is a folder, and must be a file");
        }

        var parent = Path.GetDirectoryName(path);
        if (parent is not null && !Directory.Exists(parent))
        {
            throw new UsageException($"{option} {file}: there is no folder {parent} to write it in");
        }

        Require(option, file, others);
        return new OutputFile(option, file);
    }

    /// <summary>Checks that standard output is not redirected to a file that the run reads.</summary>
    /// <exception cref="UsageException">It is.</exception>
    public static void RequireStandardOutput(Stream standardOutput, IEnumerable<RunFile> others)
    {
        if (FileIdentity.Of(standardOutput, descriptor: 1) is { } identity)
        {
            Require("standard output", "-", identity, others);
        }
    }

    /// <summary>The content's stream; opened by the first use.</summary>
    /// <exception cref="IOException">The file can't be created.</exception>
    public Stream Stream => stream ??= Open();

    /// <summary>The file's name, as the option gives it.</summary>
    public override string ToString() => name;

    /// <summary>Replaces the file with the content.</summary>
    /// <exception cref="IOException">The content can't be written.</exception>
    public void Complete()
    {
        if (Stream is FileStream file && partial is not null)
        {
            file.Flush(flushToDisk: true);
        }

        Close();
        if (partial is not null)
        {
            Move();
        }
    }

    /// <summary>
    /// Closes the file. Content that is not complete does not replace an older file: it stays in the file beside it, and is deleted if
    /// it is empty.
    /// </summary>
    public void Dispose()
    {
        if (stream is null)
        {
            return;
        }

        Close();
        if (partial is null || !File.Exists(partial))
        {
            return;
        }

        if (new FileInfo(partial).Length == 0)
        {
            File.Delete(partial);
        }
        else if (!File.Exists(target))
        {
            Move();
        }
    }

    /// <summary>Checks that a file is no other file of the run.</summary>
    /// <exception cref="UsageException">It is.</exception>
    public static void Require(string option, string file, IEnumerable<RunFile> others) => Require(option, file, FileIdentity.Of(file), others);

    private static void Require(string option, string file, FileIdentity? identity, IEnumerable<RunFile> others)
    {
        if (others.FirstOrDefault(other => other.Is(file, identity)) is { } same)
        {
            throw new UsageException(
                $"{option} {file}: is the file that {same.Option} {(same.IsRead ? "reads" : "writes")}, and must be another");
        }
    }

    private FileStream Open()
    {
        var path = Path.GetFullPath(name);
        if (IsDevice(path))
        {
            return new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 64 << 10);
        }

        target = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        partial = $"{target}.{Environment.ProcessId}-{Interlocked.Increment(ref last)}.partial";
        return new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 64 << 10);
    }

    // A device, a pipe, or a descriptor of this process.
    private static bool IsDevice(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal)
        || (OperatingSystem.IsLinux() && File.Exists(path) && FileIdentity.Of(path) is null);

    private void Close()
    {
        stream?.Dispose();
        stream = Stream.Null;
    }

    private void Move()
    {
        if (!OperatingSystem.IsWindows() && File.Exists(target))
        {
            File.SetUnixFileMode(partial!, File.GetUnixFileMode(target!));
        }

        File.Move(partial!, target!, overwrite: true);
    }
}
