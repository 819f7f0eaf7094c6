using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Packages;

/// <summary>deploy/release.sh up to a local folder, for this platform.</summary>
public sealed class ReleaseTests
{
    private static string Platform => RuntimeInformation.RuntimeIdentifier;

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("LLMBLENDER_RELEASE") == "full" && OperatingSystem.IsLinux();

    [Fact(SkipUnless = nameof(IsFull), Skip = "LLMBLENDER_RELEASE=full makes a release for this platform; wants Linux, python3 and minutes")]
    public async Task Release_OfThisPlatform_HasPackagesProgramBillAndChecksums()
    {
        using var folder = new TemporaryFolder();
        var made = await PackageFeed.RunAsync("bash", Repository.Root, "deploy/release.sh", "--to", folder.File("release"), "--platforms", Platform);
        Assert.True(made.Code == 0, made.Output + made.Error);

        var program = $"llmblender-{PackageFeed.Version}-{Platform}";
        var sums = await PackageFeed.RunAsync("sha256sum", folder.File("release"), "--check", "--strict", "SHA256SUMS");
        Assert.True(sums.Code == 0, sums.Output + sums.Error);
        Assert.Contains($"{program}.tar.gz: OK", sums.Output, StringComparison.Ordinal);
        Assert.Contains($"packages/llmblender.{Platform}.{PackageFeed.Version}.nupkg: OK", sums.Output, StringComparison.Ordinal);
        Assert.Contains($"packages/LLMBlender.Client.{PackageFeed.Version}.nupkg: OK", sums.Output, StringComparison.Ordinal);

        var bill = JsonNode.Parse(await File.ReadAllTextAsync(folder.File("release", "sbom.json"), TestContext.Current.CancellationToken))!;
        Assert.Contains("Microsoft.ML.OnnxRuntime", bill["components"]!.AsArray().Select(component => component!["name"]!.ToString()));

        Assert.Equal(0, (await PackageFeed.RunAsync("tar", folder.Path, "-xzf", folder.File("release", $"{program}.tar.gz"))).Code);
        var records = folder.Write("records.jsonl", """{"id":1,"instruction":"What is two and two?","candidates":["Two and two make four.","Bananas are yellow."]}""");
        var ranked = await PackageFeed.RunAsync(folder.File(program, "llmblender"), folder.Path, "rank", "--from", records);
        Assert.True(ranked.Code == 0, ranked.Error);
        Assert.Contains("\"ranks\":[1,2]", ranked.Output, StringComparison.Ordinal);
        Assert.Matches(@"^\d+\.\d+\.\d+ \([0-9a-f]{12}\)$", (await PackageFeed.RunAsync(folder.File(program, "llmblender"), folder.Path, "--version")).Output.Trim());
    }
}
