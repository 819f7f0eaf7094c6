namespace LLMBlender.Cli.Models;

/// <summary>Human-readable sizes of folders.</summary>
internal static class Sizes
{
    private static readonly string[] Units = ["kB", "MB", "GB", "TB"];

    /// <summary>The total size of a folder's files, such as <c>1.4 MB</c>.</summary>
    public static string Of(string folder) => Text(Bytes(folder));

    /// <summary>The total size in bytes of a folder's files, without subfolders.</summary>
    public static long Bytes(string folder) => new DirectoryInfo(folder).EnumerateFiles().Sum(static file => file.Length);

    /// <summary>Formats a number of bytes in decimal units.</summary>
    public static string Text(long bytes)
    {
        var (size, unit) = (bytes / 1000.0, 0);
        for (; size >= 1000 && unit < Units.Length - 1; unit++)
        {
            size /= 1000;
        }

        return $"{size:0.0} {Units[unit]}";
    }
}
