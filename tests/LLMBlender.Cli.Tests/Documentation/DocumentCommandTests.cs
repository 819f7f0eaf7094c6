using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using LLMBlender.Cli.Verbs;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Documentation;

/// <summary>Commands that the documents show.</summary>
public sealed partial class DocumentCommandTests
{
    private const string FromClone = "dotnet run -c Release --project src/LLMBlender.Cli -- ";

    public static TheoryData<string> Documents =>
    [
        "README.md", "models/README.md", "deploy/README.md", "deploy/METRICS.md",
        .. Directory.EnumerateFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_OfADocument_AreKnown(string document) => Assert.All(
        Commands(File.ReadAllText(Repository.File(document.Split('/')))),
        command =>
        {
            var parsed = CommandTree.Create(new Terminal(Stream.Null, Stream.Null, Stream.Null)).Parse([.. CommandLineParser.SplitCommandLine(command)]);
            Assert.True(parsed.Errors.Count == 0, $"{document}: {command}: {string.Join(' ', parsed.Errors.Select(error => error.Message))}");
        });

    [Fact]
    public void Commands_OfTheReadme_AreFound() => Assert.Contains("blend", Commands(File.ReadAllText(Repository.File("README.md"))));

    // Those of all code blocks for a shell: without comments, continued lines joined, each part of a pipe by itself.
    private static IEnumerable<string> Commands(string text) =>
        from Match block in ShellBlock().Matches(text)
        from line in block.Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        from part in Comment().Replace(line, "").Split('|')
        let command = part.Trim().Replace(FromClone, "llmblender ", StringComparison.Ordinal)
        where command.StartsWith("llmblender ", StringComparison.Ordinal)
        select command["llmblender ".Length..];

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"\s#.*$")]
    private static partial Regex Comment();
}
