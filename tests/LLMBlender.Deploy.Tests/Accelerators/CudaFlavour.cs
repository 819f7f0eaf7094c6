using System.Diagnostics;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Accelerators;

/// <summary>The program published for CUDA, in a folder of its own: the flavours must not share intermediate files.</summary>
public sealed class CudaFlavour : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);
    private readonly TemporaryFolder folder = new();

    /// <summary>The published program.</summary>
    public string Program => folder.File("program");

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        string[] args =
        [
            "publish", Repository.File("src", "LLMBlender.Cli"), "-r", "linux-x64", "--no-self-contained", "-p:LLMBlenderFlavour=cuda", "-p:PublishReadyToRun=false",
            "-p:RunAnalyzers=false", "--artifacts-path", folder.File("artifacts"), "-o", Program, "-v", "q",
        ];
        var start = new ProcessStartInfo("dotnet", args) { WorkingDirectory = Repository.Root };
        (start.Environment["MSBUILDDISABLENODEREUSE"], start.Environment["DOTNET_NOLOGO"]) = ("1", "1");
        var outcome = await Outcome.OfAsync(start, Patience);
        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
    }

    /// <summary>Runs the program.</summary>
    /// <param name="input">Standard input.</param>
    /// <param name="args">The arguments.</param>
    public Task<Outcome> RunAsync(string input, params string[] args)
    {
        var records = folder.Write("records.jsonl", input);
        return Outcome.OfAsync(new ProcessStartInfo("dotnet", [Path.Combine(Program, "llmblender.dll"), .. args, "--from", records]), Patience);
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }
}
