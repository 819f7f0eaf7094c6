using System.Diagnostics;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Accelerators;

/// <summary>The script that measures a device, in its short form on the processor: packed, joined, run, and its report.</summary>
public sealed class DeviceScriptTests : IDisposable
{
    private const string Linux = "the script is for Linux";
    private const int PieceMegabytes = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly TemporaryFolder folder = new();

    public static bool IsLinux => OperatingSystem.IsLinux();

    private static string Program => Repository.Built(Repository.File("tests", "LLMBlender.Benchmarks"), "linux-x64");

    public void Dispose() => folder.Dispose();

    [Fact(SkipUnless = nameof(IsLinux), Skip = Linux)]
    public async Task Run_PackedAndShortOnTheProcessor_ChecksAndMeasuresAll()
    {
        var pieces = folder.File("pieces");
        var packed = await ScriptAsync("pack.sh", Program, pieces, $"{PieceMegabytes}");
        Assert.True(packed.Code == 0, packed.Output + packed.Error);
        Assert.All(new DirectoryInfo(pieces).GetFiles("*.tar.xz.*"), piece => Assert.InRange(piece.Length, 1, PieceMegabytes * 1_000_000));

        var outcome = await ScriptAsync("run.sh", "--pieces", pieces, "--device", "cpu", "--short", "--out", folder.File("report"));

        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
        var report = JsonNode.Parse(File.ReadAllText(folder.File("report", "device.json")))!;
        Assert.Equal("none: the processor was measured", (string?)report["conditions"]!["card"]);
        Assert.Equal(9, report["checks"]!.AsArray().Count);
        Assert.All(report["checks"]!.AsArray(), check => Assert.True((bool)check!["passed"]!, check.ToJsonString()));
        Assert.Equal(["fp16 48", "fp16 96", "fp32 48", "fp32 96"], report["speeds"]!.AsArray().Select(speed => $"{speed!["precision"]} {speed["tokens"]}"));
        Assert.All(report["speeds"]!.AsArray(), speed => Assert.All((string[])["session", "path", "queue", "grains"], way => Assert.True((double)speed![way]! > 0, way)));
        Assert.All(report["loads"]!.AsArray(), load => Assert.True((double)load!["first_logit_seconds"]! > 0));
        Assert.NotNull(report["torch"]);
        Assert.Equal(File.ReadAllText(folder.File("report", "device.md")), outcome.Output[outcome.Output.IndexOf("# A device, measured", StringComparison.Ordinal)..]);
        Assert.Equal(["device.json", "device.md"], Directory.EnumerateFileSystemEntries(folder.File("report")).Select(Path.GetFileName).Order());
    }

    [Fact(SkipUnless = nameof(IsLinux), Skip = Linux)]
    public async Task Run_DamagedPiece_IsNamed()
    {
        Directory.CreateDirectory(folder.File("pieces"));
        folder.Write("pieces/llmblender-device.tar.xz.00", "not what was packed");
        folder.Write("pieces/SHA256SUMS", $"{new string('0', 64)}  llmblender-device.tar.xz.00\n");

        var outcome = await ScriptAsync("run.sh", "--pieces", folder.File("pieces"), "--out", folder.File("report"));

        Assert.NotEqual(0, outcome.Code);
        Assert.Contains("llmblender-device.tar.xz.00: FAILED", outcome.Output + outcome.Error, StringComparison.Ordinal);
    }

    [Theory(SkipUnless = nameof(IsLinux), Skip = Linux)]
    [InlineData("run.sh")]
    [InlineData("run.sh", "--program", "a", "--pieces", "b")]
    [InlineData("run.sh", "--fast")]
    [InlineData("pack.sh")]
    [InlineData("pack.sh", "/tmp", "/tmp/x")]
    public async Task Run_WrongArguments_IsRefused(string script, params string[] args)
    {
        var outcome = await ScriptAsync(script, args);

        Assert.Equal(2, outcome.Code);
        Assert.StartsWith($"{script}: ", outcome.Error, StringComparison.Ordinal);
    }

    private static Task<Outcome> ScriptAsync(string script, params string[] args)
    {
        var start = new ProcessStartInfo("bash", [Repository.File("tests", "LLMBlender.Benchmarks", "Device", script), .. args]);
        start.Environment["XZ_OPT"] = "-0 -T0";
        return Outcome.OfAsync(start, Patience);
    }
}
