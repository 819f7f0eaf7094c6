using System.Diagnostics;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.Deploy.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Containers;

/// <summary>
/// What stands for a container where no engine runs: the program in a bare root of Debian's, as the image's user, with no rights,
/// on a read-only root. By default the program as it was built for the tests; with <c>LLMBLENDER_IMAGE=full</c> as the
/// Dockerfile's own instructions publish it.
/// </summary>
public sealed partial class ImageTests
{
    // What the chiselled image carries, and what these need in turn.
    private static readonly string[] Packages = ["libc6", "libgcc-s1", "libssl3t64", "libstdc++6", "libzstd1", "zlib1g"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private static string Root => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "llmblender", "trixie");

    public static bool IsPossible { get; } = Environment.UserName == "root" && File.Exists(Path.Combine(Root, ".ready"));

    public static bool IsFull { get; } = IsPossible && Environment.GetEnvironmentVariable("LLMBLENDER_IMAGE") == "full";

    private static string DotnetFolder => Path.GetDirectoryName(
        new FileInfo(Environment.ProcessPath!).ResolveLinkTarget(true)?.FullName is { } path && Path.GetFileName(path) == "dotnet" ? path : "/usr/share/dotnet/dotnet")!;

    [Fact(SkipUnless = nameof(IsPossible), Skip = "needs root, and the bare Debian root that .ci/run makes")]
    public Task Program_AsTheImagesUserOnAReadOnlyRoot_Serves() =>
        ServeAsync(AppContext.BaseDirectory, "/usr/share/dotnet/dotnet", "/app/llmblender.dll");

    [Fact(SkipUnless = nameof(IsFull), Skip = "LLMBLENDER_IMAGE=full publishes as the Dockerfile does; wants root, a bare Debian root and minutes")]
    public async Task Image_BuiltByItsInstructions_Serves()
    {
        using var folder = new TemporaryFolder();
        var file = Dockerfile.Read();
        var (source, app) = (Directory.CreateDirectory(folder.File("source")).FullName, folder.File("app"));
        foreach (var (name, rest) in file["projects"].Instructions.Concat(file["build-cpu"].Instructions))
        {
            await (name switch
            {
                "COPY" => CopyAsync(rest.Split(' '), source),
                "RUN" => RunAsync(Mounts().Replace(rest, "").Replace("-o /app", $"-o {app}", StringComparison.Ordinal), source),
                _ => Task.CompletedTask,
            });
        }

        await ServeAsync(app, "/app/llmblender");
    }

    private static async Task ServeAsync(string app, params string[] program)
    {
        var written = await InRootAsync(app, "sh", "-c", "for f in / /app /usr /etc /models; do touch $f/x 2>/dev/null && echo $f; done; touch /tmp/x && echo /tmp; id -u");
        Assert.Equal(["/tmp", "1654"], written.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        await using var serve = PodProcess.Start("the image", "bash", [Script, Root, DotnetFolder, app, .. program, "serve", "--urls=http://127.0.0.1:0"]);
        await serve.WhenReadyAsync();
        await serve.WhenWellAsync("/health/ready");
        var (status, body) = await serve.AskAsync(
            HttpMethod.Post, "/v1/rank", null, """{"instruction":"What is two and two?","candidates":[{"text":"Two and two make four."},{"text":"Bananas are yellow."}]}""");
        Assert.True(status == 200 && body.Contains("\"ranks\":[1,2]", StringComparison.Ordinal), body);

        var state = await File.ReadAllLinesAsync($"/proc/{serve.Id}/status");
        Assert.Contains("Uid:\t1654\t1654\t1654\t1654", state);
        Assert.Contains("CapEff:\t0000000000000000", state);
        Assert.Contains("NoNewPrivs:\t1", state);
        await AssertOnlyItsLibrariesAsync(app, serve.Id);
        Assert.Equal(0, await serve.TerminateAsync());
    }

    // Everything native that the process has mapped is the program's, .NET's, or of packages that the image has.
    private static async Task AssertOnlyItsLibrariesAsync(string app, int process)
    {
        var libraries = (await File.ReadAllLinesAsync($"/proc/{process}/maps"))
            .Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(5))
            .Where(path => path is not null && path.StartsWith(Root, StringComparison.Ordinal) && path.Contains(".so", StringComparison.Ordinal))
            .Select(path => path![Root.Length..])
            .Where(path => !path.StartsWith("/app/", StringComparison.Ordinal) && !path.StartsWith("/usr/share/dotnet/", StringComparison.Ordinal))
            .Distinct().ToArray();
        Assert.NotEmpty(libraries);

        var owners = await InRootAsync(app, ["dpkg", "-S", .. libraries]);

        Assert.Equal(0, owners.Code);
        Assert.Empty(owners.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':')[0]).Except(Packages));
    }

    private static string Script => Repository.File("tests", "LLMBlender.Deploy.Tests", "Containers", "bare-root.sh");

    private static Task<Outcome> InRootAsync(string app, params string[] command) =>
        Outcome.OfAsync(new ProcessStartInfo("bash", [Script, Root, DotnetFolder, app, .. command]), Until.Patience);

    // What .dockerignore leaves out of folders is left out here.
    private static Task CopyAsync(string[] words, string source) => Task.WhenAll(words[..^1].Select(word => RunAsync(
        Directory.Exists(Repository.File(word))
            ? $"mkdir -p {words[^1]} && tar c -C {Repository.File(word)} --exclude=bin --exclude=obj --exclude=LLMBlender.Training . | tar x -C {words[^1]}"
            : $"mkdir -p {words[^1]} && cp {Repository.File(word)} {words[^1]}",
        source)));

    private static async Task RunAsync(string command, string folder)
    {
        var outcome = await Outcome.OfAsync(new ProcessStartInfo("sh", ["-euc", command]) { WorkingDirectory = folder }, Patience);
        Assert.True(outcome.Code == 0, $"{command}\n{outcome.Output}{outcome.Error}");
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"--mount=\S+ ")]
    private static partial System.Text.RegularExpressions.Regex Mounts();
}
