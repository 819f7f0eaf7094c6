using System.Diagnostics;
using System.Xml.Linq;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Packages;

/// <summary>The packages of the solution, packed from the build that the tests belong to, in a folder that serves as a package source.</summary>
public sealed class PackageFeed : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly TemporaryFolder folder = new();

    /// <summary>The version that the sources name.</summary>
    public static string Version { get; } = XDocument.Load(Repository.File("Directory.Build.props")).Descendants("VersionPrefix").Single().Value;

    /// <summary>The folder of the packages.</summary>
    public string Path => folder.Path;

    private static string Configuration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>Packs all but the tool's packages for each platform, which a build does not contain yet.</summary>
    public async ValueTask InitializeAsync() => await DotnetAsync(
        Repository.Root, "pack", "LLMBlender.sln", "--no-build", "-c", Configuration, "-o", folder.Path, "-p:CreateRidSpecificToolPackages=false");

    /// <summary>Packs the tool for one platform, into the same folder. Only the tool's own project is compiled for it.</summary>
    public Task PackToolAsync(string platform) => DotnetAsync(
        Repository.Root, "pack", "src/LLMBlender.Cli", "-r", platform, "-c", Configuration, "-o", folder.Path,
        $"-p:ToolPackageRuntimeIdentifiers={platform}", "-p:BuildProjectReferences=false", "-p:PublishReadyToRun=false");

    /// <summary>The version of a package that the sources pin.</summary>
    public static string Pinned(string package) => XDocument.Load(Repository.File("Directory.Packages.props"))
        .Descendants("PackageVersion").Single(pin => pin.Attribute("Include")!.Value == package).Attribute("Version")!.Value;

    /// <summary>Names of the packages, without version.</summary>
    public IReadOnlyList<string> Names() =>
        [.. Directory.GetFiles(folder.Path).Select(file => System.IO.Path.GetFileName(file).Replace($".{Version}.nupkg", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Reads one of them.</summary>
    internal Package Read(string name) => Package.Read(folder.File($"{name}.{Version}.nupkg"));

    /// <summary>Runs dotnet in a folder, and fails with what it printed if it does not end with 0.</summary>
    public static async Task DotnetAsync(string workingFolder, params string[] args)
    {
        var outcome = await RunAsync("dotnet", workingFolder, args);
        Assert.True(outcome.Code == 0, $"dotnet {string.Join(' ', args)}\n{outcome.Output}{outcome.Error}");
    }

    /// <summary>Runs a program in a folder.</summary>
    public static Task<Outcome> RunAsync(string program, string workingFolder, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { WorkingDirectory = workingFolder };
        (start.Environment["MSBUILDDISABLENODEREUSE"], start.Environment["DOTNET_NOLOGO"]) = ("1", "1");
        return Outcome.OfAsync(start, Patience);
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }
}
