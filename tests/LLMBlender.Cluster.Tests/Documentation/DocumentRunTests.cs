using System.Text.RegularExpressions;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Documentation;

/// <summary>The commands of the documents for users, run by a shell as a reader runs them; <see cref="NotRun"/> lists those that can't be, with the reason.</summary>
public sealed partial class DocumentRunTests(DocumentedServer server) : IClassFixture<DocumentedServer>
{
    // By the beginning of the command.
    private static readonly (string Command, string Reason)[] NotRun =
    [
        ("docker ", "needs a container daemon"),
        ("helm ", "needs Kubernetes; deploy/kubernetes/run.sh and the tests of the chart"),
        ("deploy/local/run.sh", "takes minutes; deploy/README.md has its report"),
        ("deploy/release.sh", "publishes for minutes; ReleaseTests of LLMBlender.Deploy.Tests"),
        ("dotnet tool install -g", "installs what the release script made; ReleaseTests"),
        ("tar xzf out/", "unpacks what the release script made; ReleaseTests"),
        ("dotnet run --project samples/Embedded", "builds; the solution contains the sample"),
        ("llmblender models pull", "downloads from the Hugging Face hub; PullVerbTests have one of their own"),
        ("llmblender models import path/to/", "needs a checkpoint of the reader's; ImportVerbTests"),
        ("llmblender evaluate --from test.jsonl --metrics bertscore", "needs those checkpoints and servers; ModelMetricTests"),
        ("llmblender serve --role ", "is three machines' and their Redis'; RoleTests"),
    ];

    public static TheoryData<string> Documents =>
    [
        "README.md",
        .. Directory.EnumerateFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories)
            .Select(static file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(static document => Commands(document).Any()).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Commands_OfADocument_Succeed(string document)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the commands are for a POSIX shell");
        using var folder = server.Prepare(document);
        var failures = new List<string>();
        foreach (var command in Commands(document).Where(static command => !NotRun.Any(one => command.StartsWith(one.Command, StringComparison.Ordinal))))
        {
            var outcome = await Outcome.OfAsync(server.Shell(folder.Path, command), Until.Patience);
            if (outcome.Code != 0)
            {
                failures.Add($"{document}: {command}\nended with {outcome.Code}:\n{outcome.Output}{outcome.Error}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public void Exceptions_OfTheList_AreCommandsOfDocuments()
    {
        var all = Documents.SelectMany(static row => Commands(row.Data)).ToList();

        Assert.All(NotRun, one => Assert.Contains(all, command => command.StartsWith(one.Command, StringComparison.Ordinal)));
    }

    // Those of all code blocks for a shell, with continued lines joined.
    private static IEnumerable<string> Commands(string document) =>
        from Match block in ShellBlock().Matches(File.ReadAllText(Repository.File(document.Split('/'))))
        from line in block.Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        let command = Comment().Replace(line, "").Trim()
        where command.Length > 0
        select command;

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"\s+#.*$")]
    private static partial Regex Comment();
}
