using System.Text.RegularExpressions;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Documentation;

/// <summary>The dependencies between the folders of a project, as docs/architecture.md states them.</summary>
public sealed class FolderTests
{
    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(Repository.File("src")).Select(static folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_OfAProject_DependOnEachOtherInOneDirection(string project)
    {
        var uses = Uses(project);
        var circles = uses.Keys.Where(folder => Reachable(folder, uses).Contains(folder)).Order(StringComparer.Ordinal).ToArray();

        Assert.True(circles.Length == 0, $"these folders of {project} use each other: {string.Join(", ", circles.Select(folder => $"{folder} uses {string.Join(" and ", uses[folder])}"))}");
    }

    // The folders directly below a project, each with those whose namespaces its files use. The project's own folder is not one of them.
    private static Dictionary<string, HashSet<string>> Uses(string project)
    {
        var root = Repository.File("src", project);
        var uses = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var folder in Directory.GetDirectories(root).Where(static folder => Path.GetFileName(folder) is not ("bin" or "obj")))
        {
            var name = Path.GetFileName(folder);
            uses[name] = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .SelectMany(file => Namespace(project).Matches(File.ReadAllText(file)).Select(static match => match.Groups[1].Value))
                .Where(used => used != name && Directory.Exists(Path.Combine(root, used)))
                .ToHashSet(StringComparer.Ordinal);
        }

        return uses;
    }

    private static HashSet<string> Reachable(string folder, Dictionary<string, HashSet<string>> uses)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([folder]);
        while (open.TryPop(out var next))
        {
            foreach (var used in uses[next].Where(reached.Add))
            {
                open.Push(used);
            }
        }

        return reached;
    }

    private static Regex Namespace(string project) => new($@"(?<!namespace ){Regex.Escape(project)}\.(\w+)", RegexOptions.CultureInvariant);
}
