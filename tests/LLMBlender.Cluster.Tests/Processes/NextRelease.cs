using LLMBlender.TestKit;
using FilePath = System.IO.Path;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>The program as a later release that has changed a method of a grain interface: see the project LLMBlender.NextContract.</summary>
internal sealed class NextRelease : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public NextRelease()
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(AppContext.BaseDirectory))
        {
            // The host follows the program's own links to where they point, and would load what is beside it there.
            var name = FilePath.GetFileName(path);
            if (name.StartsWith("llmblender.", StringComparison.Ordinal))
            {
                File.Copy(path, folder.File(name));
            }
            else if (name != "LLMBlender.Abstractions.dll")
            {
                File.CreateSymbolicLink(folder.File(name), path);
            }
        }

        File.Copy(FilePath.Combine(AppContext.BaseDirectory, "next", "LLMBlender.Abstractions.dll"), folder.File("LLMBlender.Abstractions.dll"));
    }

    /// <summary>Where it is.</summary>
    public string Path => folder.Path;

    public void Dispose() => folder.Dispose();
}
