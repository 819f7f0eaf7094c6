using System.Text.Json.Nodes;
using System.Xml.Linq;
using LLMBlender.Deploy.Tests.Helm;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Containers;

/// <summary>What the Dockerfile says.</summary>
public sealed class DockerfileTests
{
    private readonly Dockerfile file = Dockerfile.Read();

    [Fact]
    public async Task Dockerfile_Linted_IsClean()
    {
        var outcome = await Npm.ScriptAsync("dockerfile.mjs", Dockerfile.Path);

        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
    }

    [Fact]
    public void Bases_All_ArePinned()
    {
        var stages = file.Stages.Select(stage => stage.Name).ToList();
        var bases = file.Stages.Select(stage => stage.Base).Where(image => !stages.Contains(image)).ToList();

        Assert.Equal(4, bases.Count);
        Assert.All(bases, image => Assert.Matches(@":\d+\.\d+\.\d+-", image));
        var sdk = JsonNode.Parse(File.ReadAllText(Repository.File("global.json")))!["sdk"]!["version"]!.ToString();
        Assert.Contains($":{sdk[..4]}", file.Arguments["SDK"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("cuda")]
    public async Task Image_Flavour_IsWhatTheChartRuns(string flavour)
    {
        var stage = file[flavour];
        var pod = ChartTests.Silos(await Chart.ManifestsAsync(Variants.Trial)).First()["spec"]!["template"]!["spec"]!;
        var security = pod["securityContext"]!;

        Assert.Equal($"{security["runAsUser"]}:{security["runAsGroup"]}", Assert.Single(stage.All("USER")));
        Assert.Equal("USER", stage.Instructions[^3].Name);
        Assert.Equal(["/app/llmblender"], JsonNode.Parse(Assert.Single(stage.All("ENTRYPOINT")))!.AsArray().Select(word => word!.ToString()));
        var health = Assert.Single(stage.All("HEALTHCHECK"));
        Assert.Equal(["/app/llmblender", "health"], JsonNode.Parse(health[(health.IndexOf("CMD", StringComparison.Ordinal) + 3)..])!.AsArray().Select(word => word!.ToString()));
        Assert.Equal("serve", JsonNode.Parse(Assert.Single(stage.All("CMD")))![0]!.ToString());
        Assert.Equal(
            pod["containers"]![0]!["ports"]!.AsArray().Select(port => port!["containerPort"]!.ToString()), Assert.Single(stage.All("EXPOSE")).Split(' '));
        Assert.Contains("LLMBLENDER_MODELS=/models", Assert.Single(stage.All("ENV")), StringComparison.Ordinal);
        Assert.Contains($"--from=build-{flavour} /app /app", stage.All("COPY"));
        Assert.DoesNotContain(file.Stages.SelectMany(each => each.Instructions), instruction => instruction.Name is "ADD" or "VOLUME");
    }

    [Fact]
    public void Builds_OfBothFlavours_DifferInTheFlavourAlone() => Assert.Equal(
        file["build-cpu"].Instructions.Select(instruction => instruction.Text.Replace("Flavour=cpu", "Flavour=cuda", StringComparison.Ordinal)),
        file["build-cuda"].Instructions.Select(instruction => instruction.Text));

    [Fact]
    public void Copies_All_AreOfFilesThatTheContextHas()
    {
        foreach (var copy in file.Stages.SelectMany(stage => stage.All("COPY")).Where(copy => !copy.StartsWith("--from=", StringComparison.Ordinal)))
        {
            Assert.All(copy.Split(' ')[..^1], source =>
            {
                Assert.True(Path.Exists(Repository.File(source.Split('/'))), $"{source} is not there");
                Assert.True(IsInContext(source), $"{source} is not in the context");
            });
        }
    }

    [Fact]
    public void Restore_ReadsEveryProjectOfTheProgram()
    {
        var copied = file["projects"].All("COPY").Select(copy => copy.Split(' ')[0]).ToHashSet();

        Assert.All(Projects("src/LLMBlender.Cli/LLMBlender.Cli.csproj"), project => Assert.Contains(project, copied));
    }

    private static bool IsInContext(string source)
    {
        var top = source.Split('/')[0];
        return File.ReadLines(Dockerfile.Path + ".dockerignore").Any(line =>
            line.StartsWith('!') && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(line.AsSpan(1), top));
    }

    private static HashSet<string> Projects(string project)
    {
        var found = new HashSet<string> { project };
        foreach (var reference in XDocument.Load(Repository.File(project.Split('/'))).Descendants("ProjectReference"))
        {
            var path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.File(project.Split('/')))!, (string)reference.Attribute("Include")!));
            found.UnionWith(Projects(Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')));
        }

        return found;
    }
}
