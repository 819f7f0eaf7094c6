using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Setup;

/// <summary>The reference and the schema are those of the options classes. <c>LLMBLENDER_WRITE=1</c> writes them.</summary>
public sealed class ConfigurationReferenceTests
{
    private const string Begin = "<!-- generated: keys -->";
    private const string End = "<!-- end of the generated part -->";

    private static readonly bool Writes = Environment.GetEnvironmentVariable("LLMBLENDER_WRITE") == "1";

    [Fact]
    public void Reference_OfTheOptionsClasses_IsTheDocument()
    {
        var file = Repository.File("docs", "configuration.md");
        var document = File.ReadAllText(file);
        var (start, end) = (document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, document.IndexOf(End, StringComparison.Ordinal));
        var expected = $"\n\n{ConfigurationReference.Markdown()}";
        if (Writes)
        {
            File.WriteAllText(file, document[..start] + expected + document[end..]);
            return;
        }

        Assert.True(document[start..end] == expected, $"{file} differs from the options classes; LLMBLENDER_WRITE=1 writes it");
    }

    [Fact]
    public async Task Schema_OfTheOptionsClasses_IsWhatTheProgramPrints()
    {
        var file = Repository.File("src", "LLMBlender.Cli", "Setup", "llmblender.schema.json");
        if (Writes)
        {
            await File.WriteAllTextAsync(file, ConfigurationReference.Schema());
            return;
        }

        var outcome = await CommandLine.RunAsync("config", "schema");

        Assert.Equal((ExitCode.Done, ConfigurationReference.Schema()), (outcome.Code, outcome.Out));
    }

    [Fact]
    public void Schema_EachPath_IsDescribed() => Assert.All(ConfigurationReference.Paths(), path =>
    {
        var at = JsonNode.Parse(ConfigurationReference.Schema())!;
        foreach (var name in path.Split(':'))
        {
            at = name == "0" ? at["items"]! : at["properties"]![name]!;
        }

        Assert.Equal(JsonValueKind.String, at["description"]!.GetValueKind());
        Assert.NotEmpty(at["description"]!.GetValue<string>());
    });
}
