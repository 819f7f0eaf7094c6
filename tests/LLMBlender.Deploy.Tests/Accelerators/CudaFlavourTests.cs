using System.Text.RegularExpressions;
using LLMBlender.Inference.Sessions;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Accelerators;

/// <summary>The build for CUDA: what its binaries need, what the documents say of it, and what it does on a machine without a card.</summary>
public sealed partial class CudaFlavourTests(CudaFlavour flavour) : IClassFixture<CudaFlavour>
{
    private const string Record = """{"id":1,"instruction":"What is two and two?","candidates":[{"text":"Bananas are yellow."},{"text":"Two and two make four."}]}""";
    private const string Linux = "the package's binaries are read on Linux with x64 processors";
    private const int ModelExitCode = 3;
    private static readonly string[] Documents = ["docs/models.md", "deploy/Dockerfile"];

    public static bool IsLinux => OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture is System.Runtime.InteropServices.Architecture.X64;

    private string Provider =>
        Path.Combine(flavour.Program, "runtimes", "linux-x64", "native", "libonnxruntime_providers_cuda.so") is var path && File.Exists(path)
            ? path
            : Path.Combine(flavour.Program, "libonnxruntime_providers_cuda.so");

    public static bool IsWithoutCuda => IsLinux && CudaRuntime.Problem is not null;

    [Fact(SkipUnless = nameof(IsLinux), Skip = Linux)]
    public void Provider_NeededLibraries_AreThoseThatTheProgramLooksFor()
    {
        var needed = ElfFile.ReadNeeded(Provider);
        var cuda = needed.Where(static name => name.StartsWith("libcu", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

        // cuDNN is loaded by name while the provider starts, so that it is no entry of the file.
        Assert.Equal(CudaRuntime.LinuxLibraries.Select(static library => library.Name).Where(static name => !name.Contains("cudnn", StringComparison.Ordinal)).Order(StringComparer.Ordinal), cuda);
    }

    [Fact(SkipUnless = nameof(IsLinux), Skip = Linux)]
    public void Program_Published_CarriesNoCompilerAndNoDocumentation()
    {
        var files = Directory.GetFiles(flavour.Program, "*", SearchOption.AllDirectories).Select(Path.GetFileName).ToList();

        Assert.Contains("llmblender.dll", files);
        Assert.DoesNotContain(files, static file => file!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) || file.StartsWith("Humanizer", StringComparison.Ordinal) || file.EndsWith(".xml", StringComparison.Ordinal));
    }

    // The provider refuses options that it does not know, and falls back for a name of memory that it does not know.
    [Fact(SkipUnless = nameof(IsLinux), Skip = Linux)]
    public void Provider_NamesThatTheProgramUses_AreInItsFile()
    {
        var binary = File.ReadAllBytes(Provider);

        Assert.All([.. CudaOptions.Of(0, 1).Keys, CudaOptions.Of(0)["arena_extend_strategy"], "CudaPinned"], name =>
            Assert.True(binary.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(name)) >= 0, name));
    }

    [Fact]
    public void Documents_Versions_AreThoseOfTheProvider()
    {
        foreach (var document in Documents)
        {
            var text = File.ReadAllText(Repository.File(document.Split('/')));
            var versions = VersionPattern().Matches(text);
            Assert.NotEmpty(versions);
            Assert.All(versions, version => Assert.Equal(
                version.Groups["name"].Value.Equals("cuDNN", StringComparison.OrdinalIgnoreCase) ? CudaRuntime.CudnnVersion : CudaRuntime.CudaVersion,
                int.Parse(version.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture)));
        }

        Assert.All(CudaRuntime.LinuxLibraries, library => Assert.Contains($"`{library.Name}`", File.ReadAllText(Repository.File("docs", "models.md")), StringComparison.Ordinal));
    }

    [Fact(SkipUnless = nameof(IsWithoutCuda), Skip = "this machine has CUDA")]
    public async Task Rank_OnCudaWithoutIt_NamesEachMissingLibraryAndExitsWith3()
    {
        var outcome = await flavour.RunAsync(Record, "rank", "--device", "cuda");

        Assert.Equal(ModelExitCode, outcome.Code);
        Assert.Contains("device cuda: can't be used: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(CudaRuntime.Problem!, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact(SkipUnless = nameof(IsWithoutCuda), Skip = "this machine has CUDA")]
    public async Task Rank_OnAutoWithoutCuda_UsesTheProcessorAndSaysSo()
    {
        var outcome = await flavour.RunAsync(Record, "rank");

        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("\"ranks\":[2,1]", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"the processor computes, for no CUDA device can be used: {CudaRuntime.Problem}", outcome.Error, StringComparison.Ordinal);
    }

    [GeneratedRegex("(?<name>CUDA|nvidia/cuda:|cuDNN) ?(?<number>[0-9]+)")]
    private static partial Regex VersionPattern();
}
