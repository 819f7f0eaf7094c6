using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests;

/// <summary>Files that change while a process serves.</summary>
public sealed class ReloadTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private ServeProcess? process;

    [Fact]
    public async Task LiteLLMFile_Changed_AppliesAndABrokenOneDoesNot()
    {
        var file = folder.Write("litellm.yaml", Listed("first"));
        process = ServeProcess.Start("all", "--config", file);
        await process.WhenReadyAsync();
        Assert.Contains("\"first\"", await StatusAsync(), StringComparison.Ordinal);

        folder.Write("litellm.yaml", Listed("second"));
        await Until.IsSoAsync(async () => (await StatusAsync()).Contains("\"second\"", StringComparison.Ordinal), "the changed model is listed");

        folder.Write("litellm.yaml", "model_list: [");
        await Until.IsSoAsync(
            () => Task.FromResult(process.Log.Any(static line => line.Contains("is not applied", StringComparison.Ordinal) && line.Contains("LiteLLM:2: it is not YAML", StringComparison.Ordinal))), "the log says why");
        Assert.Contains("\"second\"", await StatusAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_ThatNeedARestart_AreNamedAtWarning()
    {
        var file = folder.Write("serve.json", """{"LLMBlender":{"Queue":{"MaxTokens":100000}}}""");
        process = ServeProcess.Start("all", "--config", file);
        await process.WhenReadyAsync();

        folder.Write("serve.json", """{"LLMBlender":{"Queue":{"MaxTokens":200000}}}""");

        await Until.IsSoAsync(
            () => Task.FromResult(process.Log.Any(static line => line.Contains("warn", StringComparison.Ordinal) && line.Contains("LLMBlender:Queue changed, which needs a restart", StringComparison.Ordinal))),
            "the log names the setting");
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        folder.Dispose();
    }

    private static string Listed(string name) => $$"""
        model_list:
          - model_name: {{name}}
            litellm_params:
              model: openai/{{name}}
              api_base: http://127.0.0.1:1/v1
              api_key: none
        """;

    private async Task<string> StatusAsync()
    {
        using var http = new HttpClient { BaseAddress = process!.Url };
        return await http.GetStringAsync(new Uri("/v1/status", UriKind.Relative), TestContext.Current.CancellationToken);
    }
}
