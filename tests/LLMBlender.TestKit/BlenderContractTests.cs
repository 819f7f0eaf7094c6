using System.Collections.Concurrent;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Fusion;
using LLMBlender.Core.Routing;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.TestKit.Backends;
using LLMBlender.TestKit.Fakes;
using Microsoft.Extensions.AI;
using Xunit;

namespace LLMBlender.TestKit;

/// <summary>What every <see cref="IBlender"/> does: the same tests run against a process and against a cluster.</summary>
public abstract class BlenderContractTests
{
    [Fact]
    public async Task Rank_Candidates_OrdersByTheLogits()
    {
        await using var host = await StartAsync();

        var response = await host.Blender.RankAsync(FakeRanker.Request("Which is most?", 3, 9, 1, 5) with { WithMatrix = true }, Token);

        Assert.Equal([3, 1, 4, 2], response.Ranks);
        Assert.Equal((12, "fake"), (response.Comparisons, response.Ranker));
        Assert.Equal(FakeRanker.Logit("3 ", "9 "), response.Matrix![1]);
        Assert.Equal(FakeRanker.Logit("9 ", "3 "), response.Matrix[4]);
    }

    [Fact]
    public async Task Rank_RankerFails_IsARankFailure()
    {
        await using var host = await StartAsync(new FakeRanker { BeforeCompare = static _ => throw new InvalidOperationException("out of memory") });

        var failure = await Assert.ThrowsAsync<BlendException>(() => host.Blender.RankAsync(FakeRanker.Request("Which?", 1, 2), Token));

        Assert.Equal(("rank", BlendFailureReason.Faulted), (failure.What, failure.Reason));
        Assert.Contains("out of memory", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScorerSettings.TeiRerank)]
    [InlineData(ScorerSettings.VllmScore)]
    public async Task Rank_Scorer_OrdersByItsScores(string kind)
    {
        await using var server = await FakeScoreServer.StartAsync();
        await using var host = await StartAsync(panels: server.Panels(kind));

        var response = await host.Blender.RankAsync(
            FakeRanker.Request("Which is most?", 3, 9, 1, 5) with { Ranker = "scorer", WithMatrix = true }, Token);

        Assert.Equal([3, 1, 4, 2], response.Ranks);
        Assert.Equal((12, "scorer"), (response.Comparisons, response.Ranker));
        Assert.Equal([0f, -6f, 2f, -2f], response.Matrix![..4]);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Rank_ScorerFails_IsARankFailureThatNamesIt()
    {
        await using var server = await FakeScoreServer.StartAsync();
        server.Script = static call => call.FailAsync(424, "no such model");
        await using var host = await StartAsync(panels: server.Panels(ScorerSettings.TeiRerank));

        var failure = await Assert.ThrowsAsync<BlendException>(
            () => host.Blender.RankAsync(FakeRanker.Request("Which?", 1, 2) with { Ranker = "scorer" }, Token));

        Assert.Equal(("rank", BlendFailureReason.Refused), (failure.What, failure.Reason));
        Assert.Contains("the scorer scorer failed: it answered 424", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_Scorer_GivesTheDifferenceOfScores()
    {
        await using var server = await FakeScoreServer.StartAsync();
        await using var host = await StartAsync(panels: server.Panels(ScorerSettings.CohereRerank));

        var response = await host.Blender.CompareAsync(
            new CompareRequest { Instruction = "Which is most?", A = "2 is a", B = "-1 is b", Order = PairOrder.Ab, Ranker = "scorer" }, Token);

        Assert.Equal(3f, response.Logit, 4);
    }

    [Fact]
    public async Task Blend_PanelWithAScorer_RanksAndGuardsWithIt()
    {
        await using var server = await FakeScoreServer.StartAsync();
        var panels = server.Panels(ScorerSettings.TeiPredict);
        panels.Add(new Backend("five", Saying("5 is the number")));
        panels.Add(new Backend("six", Saying("6 is the number")));
        panels.Add(new Backend("scribe", Saying("2 is the number")));
        panels.Add(new Panel("scored", ["five", "six"]) { Ranker = "scorer", Fuser = "scribe" });
        await using var host = await StartAsync(panels: panels);

        var response = await host.Blender.BlendAsync(new BlendRequest { Instruction = "Which?", Timeout = TimeSpan.FromSeconds(20) }, Token);

        Assert.Equal(("6 is the number", BlendGiven.Best), (response.Answer, response.Fusion!.Given));
        Assert.Empty(response.Failures);
    }

    [Theory]
    [InlineData(PairOrder.Both, 8f, 1)]
    [InlineData(PairOrder.Ab, 4.25f, 1)]
    [InlineData(PairOrder.Ba, -3.75f, 1)]
    public async Task Compare_Order_GivesItsLogitAndTheBetterOne(PairOrder order, float logit, int better)
    {
        await using var host = await StartAsync();

        var response = await host.Blender.CompareAsync(
            new CompareRequest { Instruction = "Which is most?", A = "9 is a", B = "5 is b", Order = order }, Token);

        Assert.Equal((logit, better), (response.Logit, response.Better));
    }

    [Fact]
    public async Task Fuse_FuserFails_NamesItAndReturnsTheBest()
    {
        await using var host = await StartAsync(panels: Panels(("broken", Failing("no such luck"))));

        var response = await host.Blender.FuseAsync(Fusing("broken"), Token);

        Assert.Equal("7 is the number", response.Answer);
        Assert.Equal([0], response.MadeFrom);
        Assert.Equal(("fuse", BlendFailureReason.Faulted), (response.Failure!.What, response.Failure.Reason));
        Assert.Contains("no such luck", response.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FuseStreaming_Fuser_StreamsItsAnswerAndEndsWithTheResponse()
    {
        await using var host = await StartAsync(panels: Panels(("scribe", Saying("8 is the number"))));

        var updates = await host.Blender.FuseStreamingAsync(Fusing("scribe"), Token).ToListAsync(Token);

        Assert.Equal("8 is the number", string.Concat(updates.Select(static update => update.Text)));
        Assert.All(updates[..^1], static update => Assert.Null(update.Response));
        Assert.Equal("8 is the number", updates[^1].Response!.Answer);
    }

    [Fact]
    public async Task Blend_GivenCandidates_AnswersWithTheBest()
    {
        await using var host = await StartAsync();

        var response = await host.Blender.BlendAsync(Given(2, 7, 5) with { Id = "one" }, Token);

        Assert.Equal(("one", "7 is the number", 6), (response.Id, response.Answer, response.Usage.Comparisons));
        Assert.Equal([3, 1, 2], response.Candidates.Select(static candidate => candidate.Rank));
        Assert.Equal([1], response.MadeFrom);
        Assert.Equal(new BlendFusion(SelectFuser.FuserName, BlendGiven.Best, null), response.Fusion);
        Assert.Empty(response.Failures);
    }

    [Fact]
    public async Task Blend_Panel_ListsAnswersInItsOrderAndNamesFailures()
    {
        await using var host = await StartAsync(panels: Panels(
            ("good", Saying("5 is the number")), ("broken", Failing("no such luck")), ("better", Saying("6 is the number")), ("empty", Saying(" "))));

        var response = await host.Blender.BlendAsync(new BlendRequest { Instruction = "Which?", WithTrace = true }, Token);

        Assert.Equal("6 is the number", response.Answer);
        Assert.Equal(["good", "better"], response.Candidates.Select(static candidate => candidate.Model));
        Assert.Equal(["broken", "empty"], response.Failures.Select(static failure => failure.What));
        Assert.Equal(["good", "broken", "better", "empty"], response.Trace!.Members.Select(static member => member.Name));
    }

    [Fact]
    public async Task Blend_PanelOfOneThatSelects_CallsARankerOnlyIfTheRequestNamesOne()
    {
        await using var host = await StartAsync(
            new FakeRanker { BeforeCompare = static _ => throw new InvalidOperationException("nothing to compare") }, Panels(("good", Saying("5 is the number"))));
        var request = new BlendRequest { Instruction = "Which?", Fuser = "select" };

        var response = await host.Blender.BlendAsync(request, Token);
        var failure = await Assert.ThrowsAsync<BlendException>(() => host.Blender.BlendAsync(request with { Ranker = "nosuch" }, Token));

        Assert.Equal("5 is the number", response.Answer);
        Assert.Null(response.RankerInfo);
        Assert.Null(response.Fusion);
        Assert.Equal("ranker", failure.Parameter);
    }

    [Fact]
    public async Task Blend_Quorum_DoesNotWaitForTheLast()
    {
        var never = new TaskCompletionSource<string>();
        var panels = Panels(("quick", Saying("5 is the number")), ("slow", new FakeChat(_ => never.Task)));
        panels.Add(new Panel("quorum", ["quick", "slow"]) { Quorum = 1, Grace = TimeSpan.FromMilliseconds(50) });
        await using var host = await StartAsync(panels: panels);

        var response = await host.Blender.BlendAsync(new BlendRequest { Instruction = "Which?", Panel = "quorum" }, Token);

        Assert.Equal("5 is the number", response.Answer);
        var failure = Assert.Single(response.Failures);
        Assert.Equal(("slow", BlendFailureReason.TimedOut), (failure.What, failure.Reason));
    }

    [Fact]
    public async Task Blend_QuorumMissed_FailsWithTheMembersReasons()
    {
        await using var host = await StartAsync(panels: Panels(("broken", Failing("no such luck"))));

        var failure = await Assert.ThrowsAsync<BlendException>(() => host.Blender.BlendAsync(new BlendRequest { Instruction = "Which?" }, Token));

        Assert.Equal("panel", failure.What);
        Assert.Contains("no such luck", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blend_RankingFails_AnswersAndNamesIt()
    {
        await using var host = await StartAsync(new FakeRanker { BeforeCompare = static _ => throw new InvalidOperationException("out of memory") });

        var response = await host.Blender.BlendAsync(Given(2, 7, 5), Token);

        Assert.Equal("2 is the number", response.Answer);
        Assert.Equal([1, 1, 1], response.Candidates.Select(static candidate => candidate.Rank));
        Assert.Equal("rank", Assert.Single(response.Failures).What);
    }

    [Theory]
    [InlineData(9, BlendGiven.Fused, "9 is the number", new[] { 1, 2, 0 })]
    [InlineData(3, BlendGiven.Best, "7 is the number", new[] { 1 })]
    public async Task Blend_FusedAnswer_CountsWhereItDoesNotLose(int fused, BlendGiven given, string answer, int[] madeFrom)
    {
        await using var host = await StartAsync(panels: Panels(("scribe", Saying($"{fused} is the number"))));

        var response = await host.Blender.BlendAsync(Given(2, 7, 5) with { Fuser = "scribe" }, Token);

        Assert.Equal((answer, given), (response.Answer, response.Fusion!.Given));
        Assert.Equal(2.0 * (fused - 7), response.Fusion.Margin);
        Assert.Equal(madeFrom, response.MadeFrom);
        Assert.Equal(8, response.Usage.Comparisons);
    }

    [Fact]
    public async Task Blend_WithoutGuard_ReturnsTheFusedAnswerUncompared()
    {
        await using var host = await StartAsync(panels: Panels(("scribe", Saying("3 is the number"))));

        var response = await host.Blender.BlendAsync(Given(2, 7, 5) with { Fuser = "scribe", WithoutGuard = true }, Token);

        Assert.Equal(("3 is the number", 6), (response.Answer, response.Usage.Comparisons));
        Assert.Equal(new BlendFusion("scribe", BlendGiven.Fused, null), response.Fusion);
    }

    [Fact]
    public async Task Blend_GuardFails_ReturnsTheBestCandidateAndNamesIt()
    {
        var ranker = new FakeRanker();
        var panels = Panels(("scribe", new FakeChat(_ =>
        {
            // The ranking is done by now, and the guard is not.
            ranker.BeforeCompare = static _ => throw new InvalidOperationException("out of memory");
            return "9 is the number";
        })));
        await using var host = await StartAsync(ranker, panels);

        var response = await host.Blender.BlendAsync(Given(2, 7, 5) with { Fuser = "scribe" }, Token);

        Assert.Equal(("7 is the number", BlendGiven.Best), (response.Answer, response.Fusion!.Given));
        Assert.Null(response.Fusion.Margin);
        Assert.Equal([1], response.MadeFrom);
        Assert.Equal("guard", Assert.Single(response.Failures).What);
    }

    [Fact]
    public async Task Blend_Prices_AddUpToACost()
    {
        var panels = new PanelRegistry();
        panels.Add(Priced("five", "5 is the number"));
        panels.Add(Priced("six", "6 is the number"));
        panels.Add(new Panel("priced", ["five", "six"]));
        await using var host = await StartAsync(panels: panels);

        var response = await host.Blender.BlendAsync(new BlendRequest { Instruction = "Which?" }, Token);

        Assert.Equal((20, 8), (response.Usage.PromptTokens, response.Usage.CompletionTokens));
        Assert.Equal(36m / 1_000_000, response.Usage.Cost);

        static Backend Priced(string name, string answer) => new(name, new FakeChat(_ => answer) { Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 4 } })
        {
            Settings = new BackendSettings { Name = name, PromptPrice = 1, CompletionPrice = 2 },
        };
    }

    [Theory]
    [InlineData(9, false, "9 is the number", "9 is the number")]
    [InlineData(3, false, "7 is the number", "7 is the number")]
    [InlineData(3, true, "3 is the number", "7 is the number")]
    public async Task BlendStreaming_Draft_IsStreamedBeforeTheGuardDecides(int fused, bool withDraft, string streamed, string answer)
    {
        await using var host = await StartAsync(panels: Panels(("scribe", Saying($"{fused} is the number"))));

        var updates = await host.Blender.BlendStreamingAsync(Given(2, 7, 5) with { Fuser = "scribe", WithDraft = withDraft }, Token).ToListAsync(Token);

        Assert.Equal(streamed, string.Concat(updates.Select(static update => update.Text)));
        Assert.All(updates[..^1], static update => Assert.Null(update.Response));
        Assert.Equal(answer, updates[^1].Response!.Answer);
    }

    [Fact]
    public async Task BlendStreaming_MemberText_ComesBeforeTheMembersReport()
    {
        await using var host = await StartAsync(panels: Panels(("five", Saying("5 is the number")), ("six", Saying("6 is the number")), ("ill", Failing("out of order"))));
        var request = new BlendRequest { Instruction = "Which?", WithProgress = true, WithMemberText = true };

        var updates = await host.Blender.BlendStreamingAsync(request, Token).ToListAsync(Token);

        var events = updates.Select(static update => update.Event).OfType<BlendEvent>().ToList();
        foreach (var name in (string[])["five", "six"])
        {
            var report = events.FindIndex(step => step.Member?.Name == name);
            Assert.Equal(events[report].Member!.Text, string.Concat(events.Take(report).Where(step => step.Name == name).Select(static step => step.Text)));
            Assert.DoesNotContain(events.Skip(report), step => step.Name == name);
        }

        Assert.NotNull(events.Single(static step => step.Member?.Name == "ill").Member!.Failure);
        Assert.Equal("6 is the number", updates[^1].Response!.Answer);
    }

    [Fact]
    public async Task BlendStreaming_Progress_ReportsEveryStepInOrder()
    {
        await using var host = await StartAsync(panels: Panels(("five", Saying("5 is the number")), ("six", Saying("6 is the number"))));

        var updates = await host.Blender.BlendStreamingAsync(new BlendRequest { Instruction = "Which?", WithProgress = true }, Token).ToListAsync(Token);

        BlendEventKind[] kinds = [.. updates.Select(static update => update.Event?.Kind).OfType<BlendEventKind>()];
        Assert.Equal(
            [BlendEventKind.Asking, BlendEventKind.Member, BlendEventKind.Member, BlendEventKind.Ranking, BlendEventKind.Ranked, BlendEventKind.Fusing],
            kinds);
        Assert.Equal([2, 1], updates.Single(static update => update.Event?.Kind is BlendEventKind.Ranked).Event!.Ranking!.Ranks);
    }

    [Theory]
    [InlineData("panel", "\"unheard-of\" is not known")]
    [InlineData("ranker", "\"unheard-of\" is not known")]
    [InlineData("fuser", "\"unheard-of\" is not known")]
    [InlineData("top_k", "is 0, and must be at least 1")]
    [InlineData("aggregate", "is \"unheard-of\", and must be one of max-logits")]
    [InlineData("candidates", "lists 0, and must list from 1 to 1024")]
    [InlineData("instruction", "is empty, and without an \"input\" it must have text")]
    [InlineData("timeout", "is 0 s, and must be above 0")]
    public async Task Blend_InvalidRequest_NamesFieldValueAndRule(string field, string problem)
    {
        await using var host = await StartAsync(panels: Panels(("five", Saying("5 is the number"))));
        var request = field switch
        {
            "panel" => Given(1, 2) with { Candidates = null, Panel = "unheard-of" },
            "ranker" => Given(1, 2) with { Ranker = "unheard-of" },
            "fuser" => Given(1, 2) with { Fuser = "unheard-of" },
            "top_k" => Given(1, 2) with { TopK = 0 },
            "aggregate" => Given(1, 2) with { Aggregation = "unheard-of" },
            "candidates" => Given(),
            "instruction" => Given(1, 2) with { Instruction = "" },
            _ => Given(1, 2) with { Timeout = TimeSpan.Zero },
        };

        var failure = await Assert.ThrowsAsync<BlendException>(() => host.Blender.BlendAsync(request, Token));

        Assert.Equal(field, failure.Parameter);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blend_Cancelled_EndsTheWork()
    {
        var asked = new TaskCompletionSource();
        var never = new TaskCompletionSource<string>();
        await using var host = await StartAsync(panels: Panels(("slow", new FakeChat(_ =>
        {
            asked.TrySetResult();
            return never.Task;
        }))));
        using var cancellationToken = new CancellationTokenSource();

        var blending = host.Blender.BlendAsync(new BlendRequest { Instruction = "Which?" }, cancellationToken.Token);
        await asked.Task;
        await cancellationToken.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blending);
    }

    [Fact]
    public async Task Blend_DeadlinePassed_TimesOut()
    {
        var never = new TaskCompletionSource<string>();
        await using var host = await StartAsync(panels: Panels(("slow", new FakeChat(_ => never.Task))));

        var failure = await Assert.ThrowsAsync<BlendException>(() => host.Blender.BlendAsync(
            new BlendRequest { Instruction = "Which?", Timeout = TimeSpan.FromMilliseconds(300) }, Token));

        Assert.Equal(BlendFailureReason.TimedOut, failure.Reason);
    }

    [Fact]
    public async Task Blend_StagedPanelSureOfTheFirstAnswer_AsksNobodyElse()
    {
        var calls = 0;
        var late = new FakeChat(_ => $"9 is the number after {Interlocked.Increment(ref calls)} calls");
        var panels = Panels(("five", Saying("5 is the number")), ("nine", late));
        var calibration = new PanelCalibration
        {
            Ranker = "fake",
            Stages = [new StageCalibration(["five"], null, 4), new StageCalibration(["nine"], 1, 0)],
            Accepted = new int[PanelCalibration.Levels],
            Wrong = new int[PanelCalibration.Levels],
        };
        panels.Add(new Panel("staged", ["five", "nine"]) { Stages = [["five"], ["nine"]], Acceptance = new AcceptanceRule(0.9, calibration) });
        await using var host = await StartAsync(panels: panels);

        var response = await host.Blender.BlendAsync(new BlendRequest { Instruction = "Which?", Panel = "staged", Timeout = TimeSpan.FromSeconds(20) }, Token);

        Assert.Equal(("5 is the number", false), (response.Answer, response.Abstained));
        Assert.Equal([StageOutcome.Accepted, StageOutcome.NotAsked], response.Stages.Select(static stage => stage.Outcome));
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task Blend_RoutedPanel_AsksWhoIsWorthItAndTheOthersOnlyWithoutAnAnswer()
    {
        var calls = 0;
        var panels = Panels(("five", Saying("5 is the number")), ("nine", new FakeChat(_ => $"9 after {Interlocked.Increment(ref calls)} calls")));
        var route = new RouteModel([0], [new RoutedMember("five", 0.5, [1]), new RoutedMember("nine", 0.5, [-1])]);
        panels.Add(new Panel("routed", ["five", "nine"])
        {
            Route = new PanelRoute(new RouteRule(route, 0.9, 0, 0), static (question, _) => Task.FromResult<float[]>([question.StartsWith("Five", StringComparison.Ordinal) ? 1 : 0])),
        });
        await using var host = await StartAsync(panels: panels);

        var worth = await host.Blender.BlendAsync(new BlendRequest { Instruction = "Five?", Panel = "routed", Timeout = TimeSpan.FromSeconds(20) }, Token);
        var asked = calls;
        var both = await host.Blender.BlendAsync(new BlendRequest { Instruction = "Which?", Panel = "routed", Timeout = TimeSpan.FromSeconds(20) }, Token);

        Assert.Equal(("5 is the number", 0), (worth.Answer, asked));
        Assert.Equal([(StageOutcome.Answered, "five"), (StageOutcome.NotAsked, "nine")], worth.Stages.Select(static stage => (stage.Outcome, stage.Members.Single())));
        Assert.True(worth.Stages[0].Probabilities![0] > 0.99);
        Assert.Equal((2, 1), (both.Candidates.Length, calls));
    }

    [Fact]
    public async Task Blend_PanelWithAShadow_CountsWhetherItAgreesAndFailsByNone()
    {
        var panels = Panels(("five", Saying("5 is the number")), ("nine", Saying("9 is the number")));
        panels.Add(new Panel("shadowed", ["five", "nine"]) { Shadow = "fake" });
        panels.Add(new Panel("without", ["five", "nine"]) { Shadow = "there-is-no-such-ranker" });
        await using var host = await StartAsync(panels: panels);
        var counts = new System.Collections.Concurrent.ConcurrentQueue<(string Panel, string Result)>();
        var both = new TaskCompletionSource();
        using var listener = new System.Diagnostics.Metrics.MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "llmblender.panel.shadows")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            var known = tags.ToArray().ToDictionary(static tag => tag.Key, static tag => (string)tag.Value!);
            counts.Enqueue((known["panel"], known["result"]));
            if (counts.Count(static count => count.Panel is "shadowed" or "without") == 2)
            {
                both.TrySetResult();
            }
        });
        listener.Start();

        foreach (var name in new[] { "shadowed", "without" })
        {
            Assert.Equal("9 is the number", (await host.Blender.BlendAsync(new BlendRequest { Instruction = "Which?", Panel = name, Fuser = SelectFuser.FuserName, Timeout = TimeSpan.FromSeconds(20) }, Token)).Answer);
        }

        await both.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.Equal([("shadowed", "agrees"), ("without", "failed")], counts.Where(static count => count.Panel is "shadowed" or "without").Order());
    }

    [Fact]
    public async Task Blend_StagedPanelNotSure_AsksAllAndStreamsTheBestWithAWarning()
    {
        var panels = Panels(("five", Saying("5 is the number")), ("six", Saying("6 is the number")), ("nine", Saying("9 is the number")));
        panels.Add(new Panel("staged", ["five", "six", "nine"]) { Stages = [["five", "six"], ["nine"]], Acceptance = new AcceptanceRule(1), Fuser = SelectFuser.FuserName });
        await using var host = await StartAsync(panels: panels);

        var (text, response) = ("", (BlendResponse?)null);
        await foreach (var update in host.Blender.BlendStreamingAsync(new BlendRequest { Instruction = "Which?", Panel = "staged", Timeout = TimeSpan.FromSeconds(20) }, Token))
        {
            (text, response) = (text + update.Text, update.Response ?? response);
        }

        Assert.Equal(("9 is the number", "9 is the number", true), (text, response!.Answer, response.Abstained));
        Assert.Equal([["five", "six"], ["nine"]], response.Stages.Select(static stage => stage.Members));
        Assert.StartsWith("the ranker is not sure", Assert.Single(response.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blend_ComposedByTheRequest_AsksItsMembersAndStages()
    {
        var panels = Panels(("five", Saying("5 is the number")), ("six", Saying("6 is the number")), ("nine", Saying("9 is the number")));
        panels.Add(new Panel("open", ["five", "six"]) { Overrides = PanelOverride.All, Offers = ["nine"], Fuser = SelectFuser.FuserName });
        await using var host = await StartAsync(panels: panels);
        var request = new BlendRequest { Instruction = "Which?", Panel = "open", Timeout = TimeSpan.FromSeconds(20) };

        var chosen = await host.Blender.BlendAsync(request with { Composition = new Composition { Members = ["nine", "five"] } }, Token);
        var staged = await host.Blender.BlendAsync(request with { Composition = new Composition { Stages = [["five"], ["six", "nine"]], Confidence = 1, MaxCalls = 2 } }, Token);

        Assert.Equal(["nine", "five"], chosen.Candidates.Select(static candidate => candidate.Model));
        Assert.Equal([["five"], ["six"]], staged.Stages.Select(static stage => stage.Members));
        Assert.Contains("not asked, because max_calls is 2: nine", staged.Warnings);
        Assert.Equal((2, 2), (chosen.Usage.Calls, staged.Usage.Calls));
    }

    [Fact]
    public async Task Blend_PanelOfPanels_BlendsTheInnerAnswers()
    {
        var panels = Panels(("five", Saying("5 is the number")), ("six", Saying("6 is the number")), ("nine", Saying("9 is the number")));
        panels.Add(new Panel("inner", ["five", "six"]) { Fuser = SelectFuser.FuserName });
        panels.Add(new Panel("outer", ["inner", "nine"]) { Panels = new HashSet<string> { "inner" }, Fuser = SelectFuser.FuserName });
        await using var host = await StartAsync(panels: panels);

        var response = await host.Blender.BlendAsync(new BlendRequest { Instruction = "Which?", Panel = "outer", Timeout = TimeSpan.FromSeconds(20) }, Token);

        Assert.Equal(["6 is the number", "9 is the number"], response.Candidates.Select(static candidate => candidate.Text));
        Assert.Equal(("9 is the number", 3), (response.Answer, response.Usage.Calls));
    }

    [Fact]
    public async Task Blend_PanelWithPrompts_GivesThemToJudgeFuserAndGuard()
    {
        var (judged, fused) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        var panels = Panels(("five", Saying("5 {a} {candidates}")), ("six", Saying("6 {b}")));
        panels.Add(new Backend("judge", new FakeChat(prompt => Note(judged, prompt, "A>B"))));
        panels.Add(new Backend("scribe", new FakeChat(prompt => Note(fused, prompt, "9 is the number"))));
        panels.Add(new Panel("prompted", ["five", "six"])
        {
            Ranker = "judge",
            Fuser = "scribe",
            FuserPrompt = "In French.\n{instruction}\n{candidates}",
            Judging = new JudgeRules("Whose is shorter?\n{instruction}\n{a}\n{b}", ["short"]),
        });
        await using var host = await StartAsync(panels: panels);

        var response = await host.Blender.BlendAsync(new BlendRequest { Instruction = "Which {b}?", Panel = "prompted", Timeout = TimeSpan.FromSeconds(20) }, Token);

        Assert.Empty(response.Failures);
        Assert.Equal(4, judged.Count);
        Assert.All(judged, static prompt => Assert.StartsWith("Whose is shorter?\n[INSTRUCTION ", prompt, StringComparison.Ordinal));
        Assert.All(judged, static prompt => Assert.Contains("]\nWhich {b}?\n[/INSTRUCTION ", prompt, StringComparison.Ordinal));
        var fusing = Assert.Single(fused);
        Assert.StartsWith("In French.\n[INSTRUCTION ", fusing, StringComparison.Ordinal);
        Assert.Contains("]\n5 {a} {candidates}\n[/CANDIDATE-", fusing, StringComparison.Ordinal);

        static string Note(ConcurrentQueue<string> prompts, string prompt, string answer)
        {
            prompts.Enqueue(prompt);
            return answer;
        }
    }

    [Fact]
    public async Task GetPanels_Panels_DescribesThem()
    {
        await using var host = await StartAsync(panels: Panels(("five", Saying("5 is the number"))));

        var panel = Assert.Single(await host.Blender.GetPanelsAsync(Token));

        Assert.Equal("all", panel.Name);
        Assert.Equal(["five"], panel.Members);
    }

    protected abstract Task<IContractHost> StartAsync(FakeRanker? ranker = null, PanelRegistry? panels = null);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static PanelRegistry Panels(params (string Name, IChatClient Client)[] members)
    {
        var panels = new PanelRegistry();
        foreach (var (name, client) in members)
        {
            panels.Add(new Backend(name, client));
        }

        panels.Add(new Panel("all", [.. members.Select(static member => member.Name)]));
        return panels;
    }

    private static FakeChat Saying(string answer) => new(_ => answer);

    private static FakeChat Failing(string message) => new(_ => Task.FromException<string>(new InvalidOperationException(message)));

    private static BlendRequest Given(params int[] numbers) => new()
    {
        Instruction = "Which is most?",
        Candidates = FakeRanker.Request("", numbers).Candidates,
        Timeout = TimeSpan.FromSeconds(20),
    };

    private static FuseRequest Fusing(string fuser) => new()
    {
        Instruction = "Which is most?",
        Candidates = FakeRanker.Request("", 7, 5).Candidates,
        Fuser = fuser,
        Timeout = TimeSpan.FromSeconds(20),
    };
}

/// <summary>A blender under test, and what it needs.</summary>
public interface IContractHost : IAsyncDisposable
{
    /// <summary>The blender.</summary>
    IBlender Blender { get; }
}
