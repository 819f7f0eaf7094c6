namespace LLMBlender.Records;

/// <summary>A file that a run reads or writes, which no other output of the run may replace.</summary>
public sealed class RunFile
{
    private readonly string? path;
    private readonly FileIdentity? identity;

    private RunFile(string option, bool isRead, string? path, FileIdentity? identity) =>
        (Option, IsRead, this.path, this.identity) = (option, isRead, path, identity);

    /// <summary>The option that names the file.</summary>
    public string Option { get; }

    /// <summary>Whether the run reads the file; otherwise it writes it.</summary>
    public bool IsRead { get; }

    /// <summary>Describes a file that the run reads.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="file">The file; null or <c>-</c> for none.</param>
    public static IEnumerable<RunFile> Read(string option, string? file) => At(option, file, isRead: true);

    /// <summary>Describes a file that the run writes; see <see cref="Read"/>.</summary>
    public static IEnumerable<RunFile> Written(string option, string? file) => At(option, file, isRead: false);

    /// <summary>Describes standard input if the run reads it.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="files">The files that the option names.</param>
    /// <param name="standardInput">Standard input.</param>
    public static IEnumerable<RunFile> OfStandardInput(string option, IEnumerable<string> files, Stream standardInput) =>
        files.Contains("-") ? [From($"{option} -", "-", standardInput)] : [];

    /// <summary>Describes an open input.</summary>
    internal static RunFile From(string option, string name, Stream stream) =>
        new(option, isRead: true, name == "-" ? null : Resolve(name), FileIdentity.Of(stream, descriptor: 0));

    /// <summary>Whether a path is another name of this file: by device and inode, or by its path if the system reports neither.</summary>
    internal bool Is(string other, FileIdentity? otherIdentity)
    {
        if (identity is { } own && otherIdentity is { } known)
        {
            return own == known;
        }

        return path is not null && (path == Resolve(other) || IsInSameFolder(path, Path.GetFullPath(other)));
    }

    // Files that do not exist yet have no identity, but their folders have.
    private static bool IsInSameFolder(string one, string other) =>
        Path.GetFileName(one) == Path.GetFileName(other)
        && FileIdentity.OfFolder(Path.GetDirectoryName(one) ?? one) is { } folder && folder == FileIdentity.OfFolder(Path.GetDirectoryName(other) ?? other);

    private static IEnumerable<RunFile> At(string option, string? file, bool isRead) =>
        file is null or "-" ? [] : [new(option, isRead, Resolve(file), FileIdentity.Of(file))];

    private static string Resolve(string file)
    {
        var full = Path.GetFullPath(file);
        return File.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
    }
}
