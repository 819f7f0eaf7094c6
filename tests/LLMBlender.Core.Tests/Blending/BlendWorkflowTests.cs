using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Core.Tests.Blending;

public sealed class BlendWorkflowTests
{
    private static readonly BlendException Broken = new("ranker", BlendFailureReason.Faulted, "out of memory");

    private static readonly BlendRequest Given = new()
    {
        Instruction = "Which?",
        Candidates = [new("a", "one"), new("b", "three"), new("c", "four")],
    };

    private static readonly BlendRequest Asked = new() { Instruction = "Which?" };

    [Fact]
    public async Task Run_FusedAnswerWins_IsTheAnswer()
    {
        var (ranking, fusion) = (new FakeRanking(), new FakeFusion("fused"));
        var workflow = Workflow(null, ranking, fusion);

        var response = await EndAsync(workflow, Given with { Id = "one", TopK = 2, Sampling = new Sampling { MaxTokens = 7 } });

        Assert.Equal(("one", "fused"), (response.Id, response.Answer));
        Assert.Equal([3, 1, 2], response.Candidates.Select(static candidate => candidate.Rank));
        Assert.Equal(["three", "four", "one"], Assert.Single(fusion.Requests).Candidates.Select(static candidate => candidate.Text));
        Assert.Equal((2, 7), (fusion.Requests[0].TopK, fusion.Requests[0].MaxTokens));
        Assert.Equal([1, 2], response.MadeFrom);
        Assert.Equal(new BlendFusion("fuser", BlendGiven.Fused, 1), response.Fusion);
        Assert.Equal(("fused", "three"), (Assert.Single(ranking.Comparisons).A, ranking.Comparisons[0].B));
        Assert.Empty(response.Failures);
        Assert.True(workflow.GuardPassed);
        Assert.Empty(workflow.FailedSteps);
    }

    [Fact]
    public async Task Run_EveryStep_AddsItsUsage()
    {
        var panel = new FakePanel(FakePanel.Answered("a", "one"), FakePanel.Answered("b", "three"), FakePanel.Failed("c", BlendFailureReason.Empty));

        var response = await EndAsync(Workflow(panel, new FakeRanking(), new FakeFusion("fused")), Asked);

        Assert.Equal(new BlendUsage(11_120, 1112, 8) { Cost = 7.25m, Calls = 3 }, response.Usage);
    }

    [Theory]
    [InlineData(0f, "fused", BlendGiven.Fused)]
    [InlineData(-0.5f, "three", BlendGiven.Best)]
    public async Task Run_FusedAnswerCompared_IsGivenUnlessItLoses(float margin, string answer, BlendGiven given)
    {
        var workflow = Workflow(null, new FakeRanking { Margin = margin }, new FakeFusion("fused"));

        var response = await EndAsync(workflow, Given);

        Assert.Equal(answer, response.Answer);
        Assert.Equal(new BlendFusion("fuser", given, margin), response.Fusion);
        Assert.Equal(given is BlendGiven.Fused, workflow.GuardPassed);
        Assert.Empty(response.Failures);
    }

    [Fact]
    public async Task Run_GuardFails_AnswersWithTheBestCandidate()
    {
        var workflow = Workflow(null, new FakeRanking { CompareFails = Broken }, new FakeFusion("fused"));

        var response = await EndAsync(workflow, Given);

        Assert.Equal("three", response.Answer);
        Assert.Equal([1], response.MadeFrom);
        Assert.Equal(new BlendFusion("fuser", BlendGiven.Best, null), response.Fusion);
        var failure = Assert.Single(response.Failures);
        Assert.Equal(("guard", BlendFailureReason.Faulted), (failure.What, failure.Reason));
        Assert.Equal("out of memory; the answer is the best candidate", failure.Message);
        Assert.Equal([BlendWorkflow.Guard], workflow.FailedSteps);
        Assert.Null(workflow.GuardPassed);
    }

    [Fact]
    public async Task Run_WithoutGuard_GivesTheFusedAnswerUncompared()
    {
        var ranking = new FakeRanking { Margin = -1 };
        var workflow = Workflow(null, ranking, new FakeFusion("fused"));

        var response = await EndAsync(workflow, Given with { WithoutGuard = true });

        Assert.Equal("fused", response.Answer);
        Assert.Equal(new BlendFusion("fuser", BlendGiven.Fused, null), response.Fusion);
        Assert.Empty(ranking.Comparisons);
        Assert.Null(workflow.GuardPassed);
    }

    [Theory]
    [InlineData(SelectFuser.FuserName, "three", BlendGiven.Best)]
    [InlineData("fuser", "three", BlendGiven.Fused)]
    public async Task Run_FuserGivesTheBestCandidate_ComparesNothing(string fuser, string fused, BlendGiven given)
    {
        var ranking = new FakeRanking();

        var response = await EndAsync(Workflow(null, ranking, new FakeFusion(fused) { Fuser = fuser }), Given);

        Assert.Equal("three", response.Answer);
        Assert.Equal(given, response.Fusion!.Given);
        Assert.Empty(ranking.Comparisons);
    }

    [Fact]
    public async Task Run_RankingFails_AnswersWithTheFirstAndFusesNothing()
    {
        var fusion = new FakeFusion("fused");
        var workflow = Workflow(null, new FakeRanking { RankFails = Broken }, fusion);

        var response = await EndAsync(workflow, Given);

        Assert.Equal("one", response.Answer);
        Assert.Equal([1, 1, 1], response.Candidates.Select(static candidate => candidate.Rank));
        Assert.Equal(new BlendFailure("rank", BlendFailureReason.Faulted, "out of memory"), Assert.Single(response.Failures));
        Assert.Null(response.Fusion);
        Assert.Empty(fusion.Requests);
        Assert.Equal([BlendWorkflow.Rank], workflow.FailedSteps);
        Assert.True(response.IsUnranked);
        Assert.Equal(["the candidates are not ranked: the answer is the first usable one"], response.Warnings);
    }

    [Fact]
    public async Task Run_EachStep_HasAShareOfTheTime()
    {
        var (ranking, fusion) = (new FakeRanking(), new FakeFusion("fused"));

        await EndAsync(Workflow(null, ranking, fusion), Given);

        var time = new[] { Assert.Single(ranking.Rankings).Timeout, Assert.Single(fusion.Requests).Timeout };
        Assert.All(time, step => Assert.InRange(step, TimeSpan.FromMilliseconds(1), 0.75 * Given.Timeout));
        Assert.InRange(Assert.Single(ranking.Comparisons).Timeout, TimeSpan.FromMilliseconds(1), 0.9 * Given.Timeout);
    }

    [Fact]
    public async Task Run_RankerOverloaded_FailsForGivenCandidatesAlone()
    {
        var ranking = new FakeRanking { RankFails = new BlendException("rank", BlendFailureReason.Overloaded, "busy") };

        await Assert.ThrowsAsync<BlendException>(() => EndAsync(Workflow(null, ranking, new FakeFusion("fused")), Given));
        var response = await EndAsync(Workflow(new FakePanel(FakePanel.Answered("a", "one")), ranking, new FakeFusion("fused")), Asked);

        Assert.Equal("one", response.Answer);
        Assert.Equal("rank", Assert.Single(response.Failures).What);
    }

    [Fact]
    public async Task Run_RankerUnknown_Fails()
    {
        var ranking = new FakeRanking { RankFails = BlendException.Invalid("ranker", "is not known") };

        var failure = await Assert.ThrowsAsync<BlendException>(() => EndAsync(Workflow(null, ranking, new FakeFusion("fused")), Given));

        Assert.Equal("ranker", failure.Parameter);
    }

    [Fact]
    public async Task Run_FusionFails_AnswersWithTheBestCandidate()
    {
        var ranking = new FakeRanking();
        var workflow = Workflow(null, ranking, new FakeFusion("fused") { Fails = Broken });

        var response = await EndAsync(workflow, Given);

        Assert.Equal("three", response.Answer);
        Assert.Equal(new BlendFailure("fuse", BlendFailureReason.Faulted, "out of memory"), Assert.Single(response.Failures));
        Assert.Empty(ranking.Comparisons);
        Assert.Equal([BlendWorkflow.Fuse], workflow.FailedSteps);
    }

    [Fact]
    public async Task Run_FuserReportsAFailure_NamesIt()
    {
        var reported = new BlendFailure("fuse", BlendFailureReason.Empty, "fuser wrote nothing; the answer is the best candidate");
        var workflow = Workflow(null, new FakeRanking(), new FakeFusion("three") { Reports = reported });

        var response = await EndAsync(workflow, Given);

        Assert.Equal("three", response.Answer);
        Assert.Equal(reported, Assert.Single(response.Failures));
        Assert.Equal(BlendGiven.Best, response.Fusion!.Given);
        Assert.Equal([BlendWorkflow.Fuse], workflow.FailedSteps);
    }

    [Fact]
    public async Task Run_AnswersMustHaveAForm_FusesNothing()
    {
        var fusion = new FakeFusion("fused");
        var panel = new FakePanel(FakePanel.Answered("a", "{}"), FakePanel.Answered("b", "{\"n\":1}"));

        var response = await EndAsync(Workflow(panel, new FakeRanking(), fusion), Asked with { Format = new AnswerFormat() });

        Assert.Equal("{\"n\":1}", response.Answer);
        Assert.Empty(fusion.Requests);
    }

    [Fact]
    public async Task Run_PanelAnswersOutOfOrder_ListsCandidatesInItsOrder()
    {
        var panel = new FakePanel(FakePanel.Answered("b", "three"), FakePanel.Failed("c", BlendFailureReason.TimedOut), FakePanel.Answered("a", "one"))
        {
            Members = ["a", "b", "c"],
        };

        var response = await EndAsync(Workflow(panel, new FakeRanking(), new FakeFusion("fused")), Asked with { WithTrace = true });

        Assert.Equal(["a", "b"], response.Candidates.Select(static candidate => candidate.Model));
        Assert.Equal(["a", "b", "c"], response.Trace!.Members.Select(static member => member.Name));
        Assert.Equal("c", Assert.Single(response.Failures).What);
    }

    [Fact]
    public async Task Run_QuorumMissed_FailsWithTheReasons()
    {
        var panel = new FakePanel(FakePanel.Answered("a", "one"), FakePanel.Failed("b", BlendFailureReason.Overloaded)) { Quorum = 2 };

        var failure = await Assert.ThrowsAsync<BlendException>(() => EndAsync(Workflow(panel, new FakeRanking(), new FakeFusion("fused")), Asked));

        Assert.Equal(("panel", BlendFailureReason.Overloaded), (failure.What, failure.Reason));
        Assert.Equal("1 of panel \"panel\" answered, and its quorum is 2: b: no luck", failure.Message);
        Assert.NotNull(failure.RetryAfter);
    }

    [Fact]
    public async Task Run_AllMembersFailForDifferentReasons_IsFaulted()
    {
        var panel = new FakePanel(FakePanel.Failed("a", BlendFailureReason.Empty), FakePanel.Failed("b", BlendFailureReason.TimedOut));

        var failure = await Assert.ThrowsAsync<BlendException>(() => EndAsync(Workflow(panel, new FakeRanking(), new FakeFusion("fused")), Asked));

        Assert.Equal(BlendFailureReason.Faulted, failure.Reason);
        Assert.Equal("no member of panel \"panel\" answered: a: no luck; b: no luck", failure.Message);
    }

    [Theory]
    [InlineData(true, "select", 0)]
    [InlineData(true, null, 1)]
    [InlineData(false, "select", 1)]
    public async Task Stream_OnlyMemberIsNotFused_PassesThrough(bool canStream, string? fuser, int rankings)
    {
        var ranking = new FakeRanking();
        var panel = new FakePanel(FakePanel.Answered("a", "one")) { CanStream = canStream };

        var updates = await StreamAsync(Workflow(panel, ranking, new FakeFusion("one") { Fuser = "select" }), Asked with { Fuser = fuser });

        Assert.Equal(rankings, ranking.Rankings.Count);
        Assert.Equal(rankings == 0 ? ["o", "n", "e"] : ["one"], updates[..^1].Select(static update => update.Text));
        Assert.Equal("one", updates[^1].Response!.Answer);
    }

    [Theory]
    [InlineData(true, "select", 0)]
    [InlineData(true, null, 1)]
    [InlineData(false, "select", 1)]
    public async Task Run_OnlyMemberIsNotFused_CallsNoRankerAndNoFuser(bool canStream, string? fuser, int calls)
    {
        var (ranking, fusion) = (new FakeRanking(), new FakeFusion("one") { Fuser = "select" });
        var panel = new FakePanel(FakePanel.Answered("a", "one")) { CanStream = canStream };

        var response = await EndAsync(Workflow(panel, ranking, fusion), Asked with { Fuser = fuser });

        Assert.Equal(calls, ranking.Rankings.Count);
        Assert.Equal(calls, fusion.Requests.Count);
        Assert.Equal("one", response.Answer);
        Assert.Equal([0], response.MadeFrom);
        Assert.False(response.IsUnranked);
    }

    [Theory]
    [InlineData(1f, "fused")]
    [InlineData(-1f, "three")]
    public async Task Stream_WithoutDraft_GivesTheAnswerAlone(float margin, string answer)
    {
        var updates = await StreamAsync(Workflow(null, new FakeRanking { Margin = margin }, new FakeFusion("fused")), Given);

        Assert.Equal([answer, ""], updates.Select(static update => update.Text));
        Assert.Equal(answer, updates[^1].Response!.Answer);
    }

    [Theory]
    [InlineData(1f, "fused")]
    [InlineData(-1f, "three")]
    public async Task Stream_WithDraft_GivesTheFusedTextAndThenTheAnswer(float margin, string answer)
    {
        var updates = await StreamAsync(Workflow(null, new FakeRanking { Margin = margin }, new FakeFusion("fused")), Given with { WithDraft = true });

        Assert.Equal("fused", string.Concat(updates.Select(static update => update.Text)));
        Assert.Equal(6, updates.Count);
        Assert.Equal(answer, updates[^1].Response!.Answer);
    }

    [Fact]
    public async Task Stream_DraftFailsBeforeItsFirstText_GivesTheBestCandidate()
    {
        var workflow = Workflow(null, new FakeRanking(), new FakeFusion("fused") { Fails = Broken });

        var updates = await StreamAsync(workflow, Given with { WithDraft = true });

        Assert.Equal(["three", ""], updates.Select(static update => update.Text));
        Assert.Equal("fuse", Assert.Single(updates[^1].Response!.Failures).What);
    }

    [Fact]
    public async Task Stream_DraftFailsAfterItsFirstText_Throws()
    {
        var workflow = Workflow(null, new FakeRanking(), new FakeFusion("fused") { FailsLater = Broken });

        Assert.Same(Broken, await Assert.ThrowsAsync<BlendException>(() => StreamAsync(workflow, Given with { WithDraft = true })));
    }

    [Fact]
    public async Task Stream_BestCandidateCallsTools_StreamsNoText()
    {
        var use = new ToolUse("", [new ToolCall("1", "look", "{}")]);
        var panel = new FakePanel(FakePanel.Answered("a", "look()") with { ToolUse = use });

        foreach (var withDraft in new[] { false, true })
        {
            var updates = await StreamAsync(
                Workflow(panel, new FakeRanking(), new FakeFusion("fused")),
                Asked with { Tools = new ToolOffer([new Tool("look", null, null, null)]), WithDraft = withDraft });

            Assert.Same(use, Assert.Single(updates).Response!.ToolUse);
        }
    }

    [Fact]
    public async Task Stream_WithProgress_TellsTheStepsInOrder()
    {
        var panel = new FakePanel(FakePanel.Answered("b", "three"), FakePanel.Answered("a", "one")) { Members = ["a", "b"] };
        var ranking = new FakeRanking();

        var updates = await StreamAsync(Workflow(panel, ranking, new FakeFusion("fused")), Asked with { WithProgress = true });

        var events = updates.Select(static update => update.Event).OfType<BlendEvent>().ToList();
        Assert.Equal(
            [BlendEventKind.Asking, BlendEventKind.Member, BlendEventKind.Member, BlendEventKind.Ranking, BlendEventKind.Ranked, BlendEventKind.Fusing],
            events.Select(static step => step.Kind));
        Assert.Equal(["a", "b"], events[0].Members!);
        Assert.Equal(["b", "a"], events[1..3].Select(static step => step.Member!.Name));
        Assert.Equal([2, 1], events[4].Candidates!.Select(static candidate => candidate.Rank));
        Assert.True(ranking.Rankings[0].WithMatrix);
        Assert.Equal(["fused", ""], updates[^2..].Select(static update => update.Text));
    }

    [Theory]
    [InlineData(true, true, "three", "one")]
    [InlineData(true, false, "", "")]
    [InlineData(false, true, "", "")]
    public async Task Stream_WithMemberText_GivesItOnlyWithProgress(bool withProgress, bool withText, string b, string a)
    {
        var panel = new FakePanel(FakePanel.Answered("b", "three"), FakePanel.Answered("a", "one")) { Members = ["a", "b"] };

        var updates = await StreamAsync(
            Workflow(panel, new FakeRanking(), new FakeFusion("fused")), Asked with { WithProgress = withProgress, WithMemberText = withText });

        var texts = updates.Select(static update => update.Event).Where(static step => step?.Kind is BlendEventKind.MemberText).ToLookup(static step => step!.Name, static step => step!.Text);
        Assert.Equal((b, a), (string.Concat(texts["b"]), string.Concat(texts["a"])));
    }

    [Fact]
    public async Task Stream_RankingFailsWithProgress_TellsNoRanks()
    {
        var updates = await StreamAsync(
            Workflow(null, new FakeRanking { RankFails = Broken }, new FakeFusion("fused")), Given with { WithProgress = true });

        Assert.Equal(
            [BlendEventKind.Ranking, BlendEventKind.Fusing], updates.Select(static update => update.Event).OfType<BlendEvent>().Select(static step => step.Kind));
    }

    [Fact]
    public async Task Run_BestCandidateIsEmpty_AnswersWithTheBestThatHasText()
    {
        var request = Given with { Candidates = [new("a", "one"), new("b", "        ")] };

        var response = await EndAsync(Workflow(null, new FakeRanking(), new FakeFusion("fused") { Fails = Broken }), request);

        Assert.Equal("one", response.Answer);
        Assert.Equal([0], response.MadeFrom);
    }

    private static BlendWorkflow Workflow(ICandidateSource? panel, IRankingService ranking, IFusionService fusion) =>
        new(panel, ranking, fusion, TimeProvider.System);

    private static async Task<BlendResponse> EndAsync(BlendWorkflow workflow, BlendRequest request)
    {
        using var deadline = new Deadline(request.Timeout, CancellationToken.None);
        BlendResponse? response = null;
        await foreach (var update in workflow.RunAsync(request, isStreamed: false, deadline))
        {
            response = update.Response;
        }

        return response!;
    }

    private static async Task<List<BlendUpdate>> StreamAsync(BlendWorkflow workflow, BlendRequest request)
    {
        using var deadline = new Deadline(request.Timeout, CancellationToken.None);
        var updates = new List<BlendUpdate>();
        await foreach (var update in workflow.RunAsync(request, isStreamed: true, deadline))
        {
            updates.Add(update);
        }

        return updates;
    }
}
