using LLMBlender.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class HealthVerbTests
{
    [Theory]
    [InlineData(true, null, ExitCode.Done, "")]
    [InlineData(true, "no silo compares", ExitCode.SomeFailed, "is not ready: no silo compares")]
    [InlineData(false, null, ExitCode.SomeFailed, "is not ready: starting")]
    public async Task Health_OfAProcess_IsWhetherItIsReady(bool started, string? problem, int code, string said)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapHealth(() => started, () => problem);
        await app.StartAsync(TestContext.Current.CancellationToken);

        var outcome = await CommandLine.RunAsync("health", app.Urls.First());

        Assert.Equal((code, ""), (outcome.Code, outcome.Out));
        Assert.Contains(said, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(code == ExitCode.Done, outcome.Error.Length == 0);
    }

    [Fact]
    public async Task Health_WhereNobodyListens_IsNotReady()
    {
        var outcome = await CommandLine.RunAsync("health", "http://127.0.0.1:1");

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains("http://127.0.0.1:1/ can't be asked", outcome.Error, StringComparison.Ordinal);
    }
}
