using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using LLMBlender.Deploy.Tests.Helm;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Packages;

/// <summary>What <c>dotnet pack</c> makes of the solution.</summary>
public sealed partial class PackageTests(PackageFeed feed) : IClassFixture<PackageFeed>
{
    private const string Tool = "llmblender";
    private const int Megabyte = 1_000_000;

    // Each entry is the most that its package may weigh, in megabytes.
    private static readonly Dictionary<string, int> Libraries = new()
    {
        ["LLMBlender.AI.Evaluation"] = 1,
        ["LLMBlender.Abstractions"] = 1,
        ["LLMBlender.Aspire.Hosting"] = 1,
        ["LLMBlender.Client"] = 1,
        ["LLMBlender.Core"] = 1,
        ["LLMBlender.Inference"] = 2,
        ["LLMBlender.Local"] = 1,
    };

    public static TheoryData<string> LibraryNames => [.. Libraries.Keys];

    public static TheoryData<string> Names => [.. Libraries.Keys, Tool];

    private static string Platform => RuntimeInformation.RuntimeIdentifier;

    public static bool IsToolPlatform => Platform is "linux-x64" or "linux-arm64" or "osx-arm64" or "win-x64";

    [Fact]
    public void Solution_Packed_MakesTheLibrariesAndTheTool() =>
        Assert.Equal([.. Libraries.Keys, Tool], feed.Names().Where(name => !name.StartsWith($"{Tool}.", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Package_Metadata_IsComplete(string name)
    {
        var package = feed.Read(name);

        Assert.Equal(name, package["id"]);
        Assert.Equal(PackageFeed.Version, package["version"]);
        Assert.Equal("Apache-2.0", package["license"]);
        Assert.Equal("README.md", package["readme"]);
        Assert.StartsWith($"# {name}\n", package.Readme, StringComparison.Ordinal);
        Assert.InRange(package["description"]!.Length, 60, 300);
        Assert.Contains("llm-blender", package["tags"]!, StringComparison.Ordinal);
        Assert.NotEmpty(package["authors"]!);
    }

    [Theory]
    [MemberData(nameof(LibraryNames))]
    public void Library_Files_AreItsAssemblyItsDocumentationAndItsReadme(string name)
    {
        var package = feed.Read(name);

        Assert.Equal(["README.md", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"], package.Files);
        Assert.InRange(package.Size, 1, Libraries[name] * Megabyte);
    }

    [Theory]
    [MemberData(nameof(LibraryNames))]
    public void Library_Dependencies_OfTheProject_ArePackagesToo(string name)
    {
        var own = feed.Read(name).Dependencies.Where(dependency => dependency.StartsWith("LLMBlender", StringComparison.Ordinal));

        Assert.Subset(Libraries.Keys.ToHashSet(), own.ToHashSet());
    }

    [Fact]
    public void Abstractions_Dependencies_BringNeitherRedisNorAClient() => Assert.DoesNotContain(
        feed.Read("LLMBlender.Abstractions").Dependencies,
        dependency => dependency.Contains("Redis", StringComparison.Ordinal) || dependency is "Microsoft.Orleans.Client" or "Microsoft.Orleans.Server");

    // Compiled against the packages alone, as an app that references them is.
    [Fact]
    public async Task Readmes_Snippets_Compile()
    {
        using var app = new TemporaryFolder();
        app.Write("App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <RestorePackagesPath>{app.File("packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages")}</RestoreFallbackFolders>
                <RestoreAdditionalProjectSources>{feed.Path}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.Extensions.AI.OpenAI" Version="{PackageFeed.Pinned("Microsoft.Extensions.AI.OpenAI")}" />
                {string.Join('\n', Libraries.Keys.Select(library => $"<PackageReference Include=\"{library}\" Version=\"{PackageFeed.Version}\" />"))}
              </ItemGroup>
            </Project>
            """);
        foreach (var library in Libraries.Keys)
        {
            var snippet = Snippet().Match(feed.Read(library).Readme);
            Assert.True(snippet.Success, $"{library}'s README shows no code");
            app.Write($"{library}.cs", $"{snippet.Groups["usings"].Value}\nstatic class {library.Replace('.', '_')} {{ static async Task RunAsync() {{ {snippet.Groups["code"].Value} await Task.CompletedTask; }} }}");
        }

        await PackageFeed.DotnetAsync(app.Path, "build", "-v", "q", "--no-dependencies");
    }

    [Fact]
    public void Tool_PackageOfAllPlatforms_NamesThePackagesOfEach()
    {
        var package = feed.Read(Tool);

        Assert.Equal(["README.md", "tools/any/any/DotnetToolSettings.xml"], package.Files);
        Assert.Equal(["linux-x64", "linux-arm64", "osx-arm64", "win-x64"], PlatformOf().Matches(package.ToolSettings).Select(match => match.Groups[1].Value));
    }

    [Fact(SkipUnless = nameof(IsToolPlatform), Skip = "the tool has no package for this platform")]
    public async Task Tool_Installed_RanksWithThePackagedModel()
    {
        await feed.PackToolAsync(Platform);
        var package = feed.Read($"{Tool}.{Platform}");

        Assert.InRange(package.Size, 1, 80 * Megabyte);
        Assert.All(package.Files, file => Assert.True(file == "README.md" || file.StartsWith($"tools/net10.0/{Platform}/", StringComparison.Ordinal), file));
        Assert.Contains($"tools/net10.0/{Platform}/models/reward-minilm/manifest.json", package.Files);
        Assert.DoesNotContain(package.Files, file => file.Contains("/runtimes/", StringComparison.Ordinal) || file.Contains("TorchSharp", StringComparison.Ordinal));

        using var home = new TemporaryFolder();
        await PackageFeed.DotnetAsync(home.Path, "tool", "install", Tool, "--version", PackageFeed.Version, "--tool-path", home.File("bin"), "--source", feed.Path);
        var records = home.Write("records.jsonl", """{"id":1,"instruction":"What is two and two?","candidates":[{"text":"Two and two make four."},{"text":"Bananas are yellow."}]}""");
        var ranked = await PackageFeed.RunAsync(home.File("bin", Tool), home.Path, "rank", "--from", records);

        Assert.True(ranked.Code == 0, ranked.Error);
        Assert.Contains("\"ranks\":[1,2]", ranked.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_OfChartChangelogAndReadme_IsThePackages()
    {
        var chart = Chart.Read(File.ReadAllText(Repository.File("helm", "llmblender", "Chart.yaml")))!;
        var newest = ReleaseHeading().Match(File.ReadAllText(Repository.File("CHANGELOG.md"))).Groups[1].Value;

        Assert.Equal(PackageFeed.Version, chart["appVersion"]!.ToString());
        Assert.Equal(PackageFeed.Version, newest);
        Assert.Contains($"out/llmblender-{PackageFeed.Version}-linux-x64.tar.gz", File.ReadAllText(Repository.File("README.md")), StringComparison.Ordinal);
    }

    [GeneratedRegex("```csharp\n(?<usings>(using [\\w.]+;\n)*)(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex("RuntimeIdentifier=\"([^\"]+)\"")]
    private static partial Regex PlatformOf();

    [GeneratedRegex(@"^## \[(\d+\.\d+\.\d+)\]", RegexOptions.Multiline)]
    private static partial Regex ReleaseHeading();
}
