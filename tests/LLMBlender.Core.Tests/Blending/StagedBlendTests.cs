using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;

namespace LLMBlender.Core.Tests.Blending;

public sealed class StagedBlendTests
{
    private static readonly BlendRequest Asked = new() { Instruction = "Which?" };

    [Fact]
    public async Task Run_ConfidentAfterTheFirstStage_AsksNobodyElseAndFusesNothing()
    {
        var panel = Staged(0.8);
        var fusion = new FakeFusion("fused");
        var workflow = new BlendWorkflow(panel, new FakeRanking { Confidences = [0.8] }, fusion, TimeProvider.System);

        var response = await EndAsync(workflow, Asked);

        Assert.Equal("three", response.Answer);
        Assert.Equal((1, 1), (panel.Asked, panel.Finished));
        Assert.Empty(fusion.Requests);
        Assert.Equal((0.8, false), (response.Confidence, response.Abstained));
        Assert.Equal([StageOutcome.Accepted, StageOutcome.NotAsked, StageOutcome.NotAsked], response.Stages.Select(static stage => stage.Outcome));
        Assert.Equal([["a", "b"], ["c"], ["d"]], response.Stages.Select(static stage => stage.Members));
        Assert.Empty(response.Warnings);
        Assert.True(workflow.Accepted);
    }

    [Fact]
    public async Task Run_UnsureFirst_AsksTheNextStageAndRanksAllAnswers()
    {
        var panel = Staged(0.8);
        var ranking = new FakeRanking { Confidences = [0.6, 0.9] };

        var response = await EndAsync(new BlendWorkflow(panel, ranking, new FakeFusion("fused"), TimeProvider.System), Asked);

        Assert.Equal("longest", response.Answer);
        Assert.Equal(["one", "three", "longest"], ranking.Rankings[1].Candidates.Select(static candidate => candidate.Text));
        Assert.Equal([(StageOutcome.Unsure, 0.6), (StageOutcome.Accepted, 0.9), (StageOutcome.NotAsked, null)], response.Stages.Select(static stage => (stage.Outcome, stage.Confidence)));
        Assert.Equal(new BlendUsage(230, 23, 12) { Cost = 2m, Calls = 3 }, response.Usage);
    }

    [Fact]
    public async Task Run_NeverSure_FusesAllAnswersAndSaysThatItAbstained()
    {
        var panel = Staged(0.95);
        var workflow = new BlendWorkflow(panel, new FakeRanking { Confidences = [0.6, 0.7, 0.8] }, new FakeFusion("fused"), TimeProvider.System);

        var response = await EndAsync(workflow, Asked);

        Assert.Equal(("fused", true), (response.Answer, response.Abstained));
        Assert.Equal((3, 3), (panel.Asked, panel.Finished));
        Assert.All(response.Stages, static stage => Assert.Equal(StageOutcome.Unsure, stage.Outcome));
        Assert.Empty(response.Warnings);
        Assert.False(workflow.Accepted);
    }

    [Fact]
    public async Task Run_NeverSureAndNothingFused_WarnsWithTheConfidence()
    {
        var panel = Staged(0.95);

        var response = await EndAsync(new BlendWorkflow(panel, new FakeRanking { Confidences = [0.6, 0.7, 0.8], Margin = -1 }, new FakeFusion("fused"), TimeProvider.System), Asked);

        Assert.Equal("longest", response.Answer);
        Assert.Equal("the ranker is not sure of the answer: its confidence is 0.80, and the panel accepts from 0.95", Assert.Single(response.Warnings));
    }

    [Fact]
    public async Task Run_RiskThatNoConfidenceKeeps_SaysSo()
    {
        var panel = Staged(double.PositiveInfinity);

        var response = await EndAsync(new BlendWorkflow(panel, new FakeRanking { Confidences = [1, 1, 1], Margin = -1 }, new FakeFusion("fused"), TimeProvider.System), Asked);

        Assert.Equal("the ranker is not sure of the answer: its confidence is 1.00, and no confidence is known to keep the panel's risk", Assert.Single(response.Warnings));
    }

    [Fact]
    public async Task Run_FirstStageFails_AsksTheNextOne()
    {
        var panel = new FakePanel(FakePanel.Failed("a", BlendFailureReason.Unreachable), FakePanel.Answered("b", "three"), FakePanel.Answered("c", "one"))
        {
            Stages = [["a"], ["b", "c"]],
            Acceptance = new AcceptanceRule(0.5),
        };

        var response = await EndAsync(new BlendWorkflow(panel, new FakeRanking(), new FakeFusion("three"), TimeProvider.System), Asked);

        Assert.Equal("three", response.Answer);
        Assert.Equal([StageOutcome.NoAnswer, StageOutcome.Unsure], response.Stages.Select(static stage => stage.Outcome));
        Assert.Equal("a", Assert.Single(response.Failures).What);
    }

    [Fact]
    public async Task Run_RoutedPanel_FusesTheAnswersOfTheFirstStageAndSaysWhoWasNotAsked()
    {
        var panel = Routed(FakePanel.Answered("a", "one"), FakePanel.Answered("b", "three"), FakePanel.Answered("c", "longest"));

        var response = await EndAsync(new BlendWorkflow(panel, new FakeRanking(), new FakeFusion("fused"), TimeProvider.System), Asked);

        Assert.Equal(("fused", false), (response.Answer, response.Abstained));
        Assert.Equal([StageOutcome.Answered, StageOutcome.NotAsked], response.Stages.Select(static stage => stage.Outcome));
        Assert.Equal([[0.5, 0.3], [null]], response.Stages.Select(static stage => stage.Probabilities!));
        Assert.Equal((1, 1), (panel.Asked, panel.Finished));
        Assert.Equal(2, response.Candidates.Length);
    }

    [Fact]
    public async Task Run_RoutedPanelWithoutAnAnswer_AsksTheOthers()
    {
        var panel = Routed(FakePanel.Failed("a", BlendFailureReason.Unreachable), FakePanel.Failed("b", BlendFailureReason.Unreachable), FakePanel.Answered("c", "longest"), FakePanel.Answered("d", "three"));

        var response = await EndAsync(new BlendWorkflow(panel, new FakeRanking(), new FakeFusion("longest"), TimeProvider.System), Asked);

        Assert.Equal("longest", response.Answer);
        Assert.Equal([StageOutcome.NoAnswer, StageOutcome.Answered], response.Stages.Select(static stage => stage.Outcome));
    }

    [Fact]
    public async Task Run_RoutedPanelWithAConfidence_AsksTheOthersWhileItIsUnsure()
    {
        var panel = Routed(new AcceptanceRule(0.9), FakePanel.Answered("a", "one"), FakePanel.Answered("b", "three"), FakePanel.Answered("c", "longest"));

        var response = await EndAsync(new BlendWorkflow(panel, new FakeRanking { Confidences = [0.6, 0.95] }, new FakeFusion("fused"), TimeProvider.System), Asked);

        Assert.Equal("longest", response.Answer);
        Assert.Equal([StageOutcome.Unsure, StageOutcome.Accepted], response.Stages.Select(static stage => stage.Outcome));
    }

    private static FakePanel Routed(params MemberReport[] reports) => Routed(null, reports);

    private static FakePanel Routed(AcceptanceRule? rule, params MemberReport[] reports) => new(reports)
    {
        Stages = [["a", "b"], [.. reports[2..].Select(static report => report.Name)]],
        Acceptance = rule,
        Probabilities = new Dictionary<string, double> { ["a"] = 0.5, ["b"] = 0.3 },
    };

    [Fact]
    public async Task Run_AllStagesFail_NamesEveryMember()
    {
        var panel = new FakePanel(FakePanel.Failed("a", BlendFailureReason.Unreachable), FakePanel.Failed("b", BlendFailureReason.Unreachable))
        {
            Stages = [["a"], ["b"]],
            Acceptance = new AcceptanceRule(0.5),
        };

        var failure = await Assert.ThrowsAsync<BlendException>(() => EndAsync(new BlendWorkflow(panel, new FakeRanking(), new FakeFusion("x"), TimeProvider.System), Asked));

        Assert.Equal(BlendFailureReason.Unreachable, failure.Reason);
        Assert.Contains("a: no luck; b: no luck", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RankerFails_AsksEveryStageAndNamesTheFailureOnce()
    {
        var panel = Staged(0.5);
        var ranking = new FakeRanking { RankFails = new BlendException("ranker", BlendFailureReason.Faulted, "out of memory") };

        var response = await EndAsync(new BlendWorkflow(panel, ranking, new FakeFusion("fused"), TimeProvider.System), Asked);

        Assert.Equal(("one", true, true), (response.Answer, response.IsUnranked, response.Abstained));
        Assert.Equal("rank", Assert.Single(response.Failures).What);
        Assert.Equal(3, panel.Asked);
    }

    [Fact]
    public async Task Run_Progress_AsksWithTheMembersSoFarAndRanksOnce()
    {
        var events = new List<BlendEvent>();
        var workflow = new BlendWorkflow(Staged(0.8), new FakeRanking { Confidences = [0.6, 0.9] }, new FakeFusion("fused"), TimeProvider.System);
        await foreach (var update in workflow.RunAsync(Asked with { WithProgress = true }, isStreamed: true, Deadline.Unlimited(CancellationToken.None)))
        {
            events.AddRange(update.Event is { } step ? [step] : []);
        }

        Assert.Equal([["a", "b"], ["a", "b", "c"]], events.Where(static step => step.Kind is BlendEventKind.Asking).Select(static step => step.Members!));
        Assert.Single(events, static step => step.Kind is BlendEventKind.Ranked);
        Assert.Equal(3, events.Count(static step => step.Kind is BlendEventKind.Member));
    }

    [Fact]
    public async Task Run_StageOfOne_IsAcceptedByTheShareThatTheCalibrationFound()
    {
        var calibration = new PanelCalibration
        {
            Ranker = "ranker",
            Stages = [new StageCalibration(["a"], null, 3), new StageCalibration(["b"], 1, 0)],
            Accepted = new int[PanelCalibration.Levels],
            Wrong = new int[PanelCalibration.Levels],
        };
        var panel = new FakePanel(FakePanel.Answered("a", "one"), FakePanel.Answered("b", "three")) { Stages = [["a"], ["b"]], Acceptance = new AcceptanceRule(0.9, calibration) };

        var response = await EndAsync(new BlendWorkflow(panel, new FakeRanking(), new FakeFusion("fused"), TimeProvider.System), Asked);

        Assert.Equal("one", response.Answer);
        Assert.Equal(1 / (1 + Math.Exp(-3)), response.Stages[0].Confidence!.Value, 1e-12);
        Assert.Equal(1, panel.Asked);
    }

    [Fact]
    public async Task Run_PanelOfOneStageWithARule_FusesOnlyWhatIsNotAccepted()
    {
        var panel = new FakePanel(FakePanel.Answered("a", "one"), FakePanel.Answered("b", "three")) { Acceptance = new AcceptanceRule(0.8) };

        var sure = await EndAsync(new BlendWorkflow(panel, new FakeRanking { Confidences = [0.9] }, new FakeFusion("fused"), TimeProvider.System), Asked);
        var unsure = await EndAsync(new BlendWorkflow(panel, new FakeRanking { Confidences = [0.7] }, new FakeFusion("fused"), TimeProvider.System), Asked);

        Assert.Equal(("three", "fused"), (sure.Answer, unsure.Answer));
        Assert.Empty(sure.Stages);
    }

    private static FakePanel Staged(double threshold) => new(
        FakePanel.Answered("a", "one"), FakePanel.Answered("b", "three"), FakePanel.Answered("c", "longest"), FakePanel.Answered("d", "two"))
    {
        Stages = [["a", "b"], ["c"], ["d"]],
        Acceptance = new AcceptanceRule(threshold),
    };

    private static async Task<BlendResponse> EndAsync(BlendWorkflow workflow, BlendRequest request)
    {
        BlendResponse? response = null;
        await foreach (var update in workflow.RunAsync(request, isStreamed: false, Deadline.Unlimited(CancellationToken.None)))
        {
            response = update.Response;
        }

        return response!;
    }
}
