namespace LLMBlender.TestKit;

/// <summary>The checkout that the running tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder that holds LLMBlender.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>A path below <see cref="Root"/>.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A file that a project was built to, for the same configuration as the running tests.</summary>
    /// <param name="project">The project's folder.</param>
    /// <param name="file">The file's name.</param>
    public static string Built(string project, string file)
    {
        var bin = $"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}";
        var start = AppContext.BaseDirectory.LastIndexOf(bin, StringComparison.Ordinal);
        return Path.Combine(project, "bin", AppContext.BaseDirectory[(start + bin.Length)..], file);
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "LLMBlender.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no LLMBlender.sln above {AppContext.BaseDirectory}");
    }
}
