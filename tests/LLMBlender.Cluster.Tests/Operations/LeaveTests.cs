using System.Diagnostics;
using System.Net;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>A gateway that leaves under load of clients that keep their connections and repeat no request.</summary>
public sealed class LeaveTests
{
    private static readonly NodeFolder Node = new("LLMBlender.Gateway.Tests", "node");

    [Theory]
    [InlineData("h1", "Http1")]
    [InlineData("h2", "Http2")]
    public async Task Leave_UnderLoad_FailsNoRequest(string client, string protocol)
    {
        if (await Node.WhenReadyAsync() is { } problem)
        {
            Assert.Skip($"npm's packages are missing: {problem}");
        }

        var variables = new Dictionary<string, string> { ["Kestrel__EndpointDefaults__Protocols"] = protocol, ["LLMBlender__Gateway__LeaveTime"] = "00:00:03" };
        await using var leaving = ServeProcess.Start("all", variables);
        await using var other = ServeProcess.Start("all", variables);
        await leaving.WhenReadyAsync();
        await other.WhenReadyAsync();
        using var load = Process.Start(new ProcessStartInfo("node", [Path.Combine(Node.Path, "leave.mjs"), client, leaving.Url.ToString(), other.Url.ToString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Assert.Equal("started", await load.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

        var code = await leaving.TerminateAsync();

        load.StandardInput.Close();
        var output = await load.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await load.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, code);
        Assert.True(output.Contains("all good", StringComparison.Ordinal), output);
        TestContext.Current.SendDiagnosticMessage(output);
    }

    [Fact]
    public async Task Leave_Begun_IsNotReadyAndServes()
    {
        await using var leaving = ServeProcess.Start("all", new Dictionary<string, string> { ["LLMBlender__Gateway__LeaveTime"] = "00:00:20" });
        await leaving.WhenReadyAsync();
        using var http = new HttpClient { BaseAddress = leaving.Url };
        using var before = await http.GetAsync(new Uri("/v1/models", UriKind.Relative), TestContext.Current.CancellationToken);

        Signals.SendTerminate(leaving.Process);

        await Until.IsSoAsync(async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode == HttpStatusCode.ServiceUnavailable, "it is not ready");
        using var live = await http.GetAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken);
        using var after = await http.GetAsync(new Uri("/v1/models", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (live.StatusCode, after.StatusCode));
        Assert.Null(before.Headers.ConnectionClose);
        Assert.True(after.Headers.ConnectionClose);
    }
}
