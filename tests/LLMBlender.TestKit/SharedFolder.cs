namespace LLMBlender.TestKit;

/// <summary>
/// Larger reference fixtures and real data that may lie beside a checkout; named by <c>LLMBLENDER_SHARED</c>,
/// by default the folder <c>shared</c> next to the repository. Tests that want it skip, saying so, where it is absent.
/// </summary>
public static class SharedFolder
{
    /// <summary>Why a test that needs the folder was skipped.</summary>
    public const string SkipReason =
        "needs the optional shared folder (reference fixtures and data): set LLMBLENDER_SHARED to its path";

    /// <summary>Whether the folder is there; for <c>SkipUnless</c>.</summary>
    public static bool Exists => Directory.Exists(Root);

    /// <summary>The folder's path, whether it exists or not.</summary>
    public static string Root { get; } =
        Environment.GetEnvironmentVariable("LLMBLENDER_SHARED") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared"));

    /// <summary>A path below the folder.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);
}
