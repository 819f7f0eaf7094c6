using System.Text.RegularExpressions;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Documentation;

/// <summary>Each piece of C# in the documents is in a file that is compiled.</summary>
public sealed partial class SnippetTests
{
    private static readonly string[][] Compiled =
    [
        ["tests", "LLMBlender.Cluster.Tests", "Documentation", "Snippets.cs"],
        ["tests", "LLMBlender.Aspire.Tests", "Snippets.cs"],
    ];

    [Fact]
    public void Snippets_OfTheDocuments_AreCompiled()
    {
        var code = string.Concat(Compiled.Select(static path => Lines(File.ReadAllText(Repository.File(path)))));
        var snippets = Directory.EnumerateFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories).Append(Repository.File("README.md"))
            .SelectMany(static file => CSharpBlock().Matches(File.ReadAllText(file)).Select(static block => Lines(block.Groups[1].Value))).ToList();

        Assert.NotEmpty(snippets);
        Assert.All(snippets, snippet => Assert.Contains(snippet, code, StringComparison.Ordinal));
    }

    private static string Lines(string text) => string.Concat(text.Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0).Select(static line => $"{line}\n"));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
