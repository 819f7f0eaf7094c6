using System.Text.RegularExpressions;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Documentation;

/// <summary>What the documents point to.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents =>
    [
        "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", .. Files("docs"), .. Files("deploy"), .. Files("helm"), .. Files("models"), .. Files("src"),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_ToFiles_AreNotBroken(string document) => Assert.All(Targets(document, Link()), path => Assert.True(Path.Exists(path), $"{document} links to {path}"));

    [Theory]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("docs/architecture.md")]
    [InlineData("docs/decisions.md")]
    public void Paths_OfTheSources_AreThere(string document) => Assert.All(
        SourcePath().Matches(File.ReadAllText(Repository.File(document.Split('/')))).Select(match => match.Groups[1].Value),
        path => Assert.True(Path.Exists(Repository.File(path.Split('/'))) || path.Contains("/XVerb", StringComparison.Ordinal), $"{document} names {path}"));

    // The code of the first column: a message, or the reason of a failure.
    [Fact]
    public void Troubleshooting_Messages_AreWrittenByTheProgram()
    {
        // A server that cannot listen says what .NET says.
        string[] foreign = ["address already in use", "timed_out"];
        var sources = string.Concat(Directory.EnumerateFiles(Repository.File("src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var messages = File.ReadLines(Repository.File("docs", "troubleshooting.md"))
            .Select(line => FirstCell().Match(line)).Where(cell => cell.Success).Select(cell => cell.Groups[1].Value).Except(foreign).ToList();

        Assert.NotEmpty(messages);
        Assert.All(messages, message => Assert.Contains(message, sources, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Benchmarks_ThatDocumentsName_AreThere()
    {
        var verbs = BenchmarkCase().Matches(File.ReadAllText(Repository.File("tests", "LLMBlender.Benchmarks", "Program.cs"))).Select(match => match.Groups[1].Value).ToHashSet();
        var speed = File.ReadAllText(Repository.File("docs", "benchmarks.md")).Split("\n## ").Single(section => section.StartsWith("Speed\n", StringComparison.Ordinal));
        var named = Documents.SelectMany(document => BenchmarkCommand().Matches(File.ReadAllText(Repository.File(document.Data.Split('/')))))
            .Concat(CodeWord().Matches(speed)).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Superset(new HashSet<string>(["graph", "fewer", "report", "cells"]), named);
        Assert.Empty(named.Except(verbs));
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(Repository.File(folder), "*.md", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
        .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal) && !file.EndsWith("PACKAGE.md", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Targets(string document, Regex pattern)
    {
        var file = Repository.File(document.Split('/'));
        return pattern.Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'))
            .Select(target => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, target.Split('#')[0])));
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"case \[""([a-z-]+)""")]
    private static partial Regex BenchmarkCase();

    [GeneratedRegex(@"(?:LLMBlender\.Benchmarks |`… |`)-- ([a-z][a-z-]*)")]
    private static partial Regex BenchmarkCommand();

    [GeneratedRegex(@"`([a-z-]+)`")]
    private static partial Regex CodeWord();

    [GeneratedRegex(@"^\|[^|`]*`([^`]+)`")]
    private static partial Regex FirstCell();

    [GeneratedRegex(@"`((?:src|tests|deploy|helm|models|docs)/[\w./-]+)`")]
    private static partial Regex SourcePath();
}
