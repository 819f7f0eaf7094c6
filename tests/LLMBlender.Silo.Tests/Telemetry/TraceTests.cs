using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fakes;
using Microsoft.Extensions.AI;

namespace LLMBlender.Silo.Tests.Telemetry;

/// <summary>They listen to all spans of the process, so no other test runs beside them.</summary>
[CollectionDefinition(nameof(TraceTests), DisableParallelization = true)]
[Collection(nameof(TraceTests))]
public sealed class TraceTests
{
    private const string Secret = "which-is-a-secret";

    [Fact]
    public async Task Blend_OverSilosOfAllRoles_IsOneTrace()
    {
        using var log = new SpanLog();
        await using var cluster = await StartAsync();

        var root = await AskAsync(log, () => cluster.Service<IBlender>(0).BlendAsync(Request()));

        await Waiting.UntilAsync(() => log.Of(root, "invoke_workflow all").Count == 1, "the blend's span has ended");
        var blend = log.Of(root, "invoke_workflow all")[0];
        Assert.Contains("request", log.Way(blend));
        Assert.Equal("all", blend.GetTagItem("gen_ai.workflow.name"));
        Assert.Equal("invoke_workflow", blend.GetTagItem("gen_ai.operation.name"));
        Assert.All(["chat one", "chat two", "rank", "compare fake", "chat fuser", "fuse fuser"], name =>
        {
            Assert.NotEmpty(log.Of(root, name));
            Assert.All(log.Of(root, name), span => Assert.Contains("invoke_workflow all", log.Way(span)));
        });

        // The guard's comparison is no ranking.
        Assert.Contains(log.Of(root, "compare fake"), span => log.Way(span).Contains("rank"));
        Assert.Contains("fuse fuser", log.Way(log.Of(root, "chat fuser")[0]));
        Assert.Equal(ActivityKind.Client, log.Of(root, "chat one")[0].Kind);
        Assert.Equal("one", log.Of(root, "chat one")[0].GetTagItem("gen_ai.request.model"));
    }

    [Fact]
    public async Task Blend_Streamed_IsOneTraceAsWell()
    {
        using var log = new SpanLog();
        await using var cluster = await StartAsync();

        var root = await AskAsync(log, async () =>
        {
            var count = 0;
            await foreach (var update in cluster.Service<IBlender>(0).BlendStreamingAsync(Request() with { WithProgress = true }))
            {
                count++;
            }

            return count;
        });

        await Waiting.UntilAsync(() => log.Of(root, "invoke_workflow all").Count == 1, "the blend's span has ended");
        Assert.All(["chat one", "rank", "compare fake", "fuse fuser", "chat fuser"], name =>
            Assert.All(log.Of(root, name), span => Assert.Contains("invoke_workflow all", log.Way(span))));
        Assert.NotEmpty(log.Of(root, "chat fuser"));
        Assert.Equal(ActivityStatusCode.Unset, log.Of(root, "invoke_workflow all")[0].Status);
    }

    [Fact]
    public async Task Blend_OverSilosOfAllRoles_MakesFifteenSpansAtMost()
    {
        using var log = new SpanLog();
        await using var cluster = await StartAsync();

        var root = await AskAsync(log, () => cluster.Service<IBlender>(0).BlendAsync(Request()));

        await Waiting.UntilAsync(() => log.Of(root, "invoke_workflow all").Count == 1 && log.LinkedTo(root).Count > 0, "the spans have ended");
        Assert.InRange(log.All.Count(span => span.TraceId == root.TraceId) + log.LinkedTo(root).Count, 8, 15);
    }

    [Fact]
    public async Task Blend_Traced_HasVerdictsAsEvents()
    {
        using var log = new SpanLog();
        await using var cluster = await StartAsync();

        var root = await AskAsync(log, () => cluster.Service<IBlender>(0).BlendAsync(Request()));

        await Waiting.UntilAsync(() => log.Of(root, "invoke_workflow all").Count == 1, "the blend's span has ended");
        Assert.Equal(["rank 2", "rank 1"], Labels(Assert.Single(log.Of(root, "rank"))));
        Assert.Equal(["fused"], Labels(log.Of(root, "invoke_workflow all")[0]));
    }

    private static string[] Labels(Activity span) =>
        [.. span.Events.Where(static e => e.Name == "gen_ai.evaluation.result").Select(static e => (string)e.Tags.Single(static tag => tag.Key == "gen_ai.evaluation.score.label").Value!)];

    [Fact]
    public async Task Blend_AskedOutsideOfATrace_BeginsOne()
    {
        using var log = new SpanLog();
        await using var cluster = await StartAsync();

        await cluster.Service<IBlender>(0).BlendAsync(Request() with { Instruction = "Which, of no trace?" });

        await Waiting.UntilAsync(() => log.All.Any(span => span.DisplayName == "invoke_workflow all"), "the blend's span has ended");
        var blend = log.All.Single(span => span.DisplayName == "invoke_workflow all");
        Assert.Equal(default, blend.ParentSpanId);
        Assert.Contains("invoke_workflow all", log.Way(Assert.Single(log.Of(blend, "rank"))));
    }

    [Fact]
    public async Task Cluster_WithoutRequests_PingsWithoutSpans()
    {
        using var log = new SpanLog();
        await using var cluster = await StartAsync();
        var root = await AskAsync(log, () => cluster.Service<IBlender>(0).BlendAsync(Request()));
        await Waiting.UntilAsync(() => log.Of(root, "invoke_workflow all").Count == 1 && log.LinkedTo(root).Count > 0, "the spans have ended");
        var (spans, pings) = (log.All.Count, cluster.Messages("PingAsync"));

        await Waiting.UntilAsync(() => cluster.Messages("PingAsync") >= pings + 10, "silos were pinged");

        Assert.Equal(spans, log.All.Count);
    }

    [Fact]
    public async Task Batch_OfTwoRequests_IsLinkedToBoth()
    {
        using var log = new SpanLog();
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.Blend, SiloRoles.Compare);
        using var hold = new Hold(ranker, silo: 1);
        using var first = log.Begin();
        var one = cluster.Service<IBlender>(0).RankAsync(FakeRanker.Request("one", 1, 2));
        await hold.WhenReachedAsync();
        Activity.Current = null;
        using var second = log.Begin();
        var two = cluster.Service<IBlender>(0).RankAsync(FakeRanker.Request("two", 1, 2));
        Activity.Current = null;
        using var third = log.Begin();
        var three = cluster.Service<IBlender>(0).RankAsync(FakeRanker.Request("three", 1, 2));
        await Waiting.UntilAsync(() => cluster.Service<Silo.Comparing.CompareQueue>(1).WaitingShards == 2, "two shards wait");

        hold.Release();
        await Task.WhenAll(one, two, three);

        await Waiting.UntilAsync(() => log.LinkedTo(third).Count == 1, "the batch's span has ended");
        var batch = Assert.Single(log.LinkedTo(second));
        Assert.Same(batch, Assert.Single(log.LinkedTo(third)));
        Assert.Equal("compare batch", batch.DisplayName);
        Assert.Equal(2, batch.Links.Count());
        Assert.Equal(4, batch.GetTagItem("llmblender.comparisons"));
        Assert.Equal(default, batch.ParentSpanId);
    }

    [Fact]
    public async Task Spans_OfTexts_HoldNoneUnlessAskedTo()
    {
        using var log = new SpanLog();
        await using var cluster = await StartAsync();

        var root = await AskAsync(log, () => cluster.Service<IBlender>(0).BlendAsync(Request()));
        await Waiting.UntilAsync(() => log.Of(root, "invoke_workflow all").Count == 1, "the blend's span has ended");

        Assert.Contains("chat one", log.TextOf(root), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, log.TextOf(root), StringComparison.Ordinal);
        Assert.DoesNotContain("is the number", log.TextOf(root), StringComparison.Ordinal);
    }

    [Fact]
    public void Content_AskedFor_IsInTheSpan()
    {
        using var span = new Activity("chat").Start();
        using var captured = new Captured();

        PromptCapture.CaptureInput(span, [new ChatMessage(ChatRole.User, Secret)]);
        PromptCapture.CaptureOutput(span, "said \"so\"");

        Assert.Equal($$"""[{"role":"user","parts":[{"type":"text","content":"{{Secret}}"}]}]""", span.GetTagItem("gen_ai.input.messages"));
        Assert.Equal("""[{"role":"assistant","parts":[{"type":"text","content":"said \"so\""}]}]""", span.GetTagItem("gen_ai.output.messages"));
    }

    private static async Task<Activity> AskAsync<T>(SpanLog log, Func<Task<T>> ask)
    {
        using var root = log.Begin();
        await ask();
        return root;
    }

    private static BlendRequest Request() => new() { Instruction = $"Which? {Secret}", Timeout = TimeSpan.FromSeconds(60) };

    private static Task<BlendCluster> StartAsync()
    {
        var panels = new PanelRegistry();
        panels.Add(new Backend("one", new FakeChat(_ => $"5 is the number {Secret}")));
        panels.Add(new Backend("two", new FakeChat(_ => "6 is the number")));
        panels.Add(new Backend("fuser", new FakeChat(_ => "7 is the number")));
        panels.Add(new Panel("all", ["one", "two"]) { Fuser = "fuser" });
        return BlendCluster.StartAsync(new FakeRanker(), _ => { }, [SiloRoles.Gateway, SiloRoles.Blend, SiloRoles.Compare, SiloRoles.Fuse], panels);
    }

    // Tests of a class run one after the other, and no other class looks for texts in spans.
    private sealed class Captured : IDisposable
    {
        public Captured() => PromptCapture.IsCaptured = true;

        public void Dispose() => PromptCapture.IsCaptured = false;
    }
}
