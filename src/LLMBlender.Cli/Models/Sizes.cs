namespace LLMBlender.Cli.Models;

/// <summary>Bytes of folders, for people.</summary>
internal static class Sizes
{
    private static readonly string[] Units = ["kB", "MB", "GB", "TB"];

    /// <summary>The size of a folder's files: 1.4 MB.</summary>
    public static string Of(string folder) => Text(Bytes(folder));

    /// <summary>Bytes of a folder's files, subfolders left out.</summary>
    public static long Bytes(string folder) => new DirectoryInfo(folder).EnumerateFiles().Sum(static file => file.Length);

    /// <summary>A number of bytes, in units of a thousand.</summary>
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
