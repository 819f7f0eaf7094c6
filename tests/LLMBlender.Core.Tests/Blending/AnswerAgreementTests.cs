using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;

namespace LLMBlender.Core.Tests.Blending;

public sealed class AnswerAgreementTests
{
    private static readonly BlendRequest Asked = new() { Instruction = "Which?" };

    [Theory]
    [InlineData("**Paris**.", "paris")]
    [InlineData("The  answer\nis 42!", "the answer is 42")]
    [InlineData("...", "")]
    public void Normalize_Text_KeepsWhatItSays(string text, string expected) => Assert.Equal(expected, AnswerAgreement.Normalize(text));

    [Fact]
    public void Find_Answers_ReturnsTheLargestGroupThatIsLargeEnough()
    {
        Candidate[] answers = [.. ((string[])["4", "5", "4.", "6", "**4**", "5"]).Select(static text => new Candidate(null, text))];

        Assert.Equal([0, 2, 4], AnswerAgreement.Find(answers, 2));
        Assert.Empty(AnswerAgreement.Find(answers, 4));
        Assert.Empty(AnswerAgreement.Find(answers, null));
        Assert.Empty(AnswerAgreement.Find([new Candidate(null, "..."), new Candidate(null, "!")], 2));
    }

    [Fact]
    public async Task Run_AnswersAgreeAfterAStage_AreTheAnswerWithoutARanking()
    {
        var panel = new FakePanel(Says("a", "It is 5."), Says("a#2", "4"), Says("a#3", "it is 5"), Says("a#4", "7"))
        {
            Stages = [["a", "a#2"], ["a#3"], ["a#4"]],
            Acceptance = new AcceptanceRule(null) { Agree = 2 },
        };
        var ranking = new FakeRanking();

        var response = await EndAsync(new BlendWorkflow(panel, ranking, new FakeFusion("fused"), TimeProvider.System));

        Assert.Equal(("It is 5.", false, 3), (response.Answer, response.Abstained, response.Usage.Calls));
        Assert.Equal([0, 2], response.MadeFrom);
        Assert.Equal([1, 3, 1], response.Candidates.Select(static candidate => candidate.Rank));
        Assert.Equal([StageOutcome.Unsure, StageOutcome.Agreed, StageOutcome.NotAsked], response.Stages.Select(static stage => stage.Outcome));

        // The two answers of the first stage, which differ.
        Assert.Single(ranking.Rankings);
    }

    [Fact]
    public async Task Run_AnswersNeverAgree_AbstainsWithARanking()
    {
        var panel = new FakePanel(Says("a", "4"), Says("a#2", "five"), Says("a#3", "sixteen"))
        {
            Stages = [["a", "a#2"], ["a#3"]],
            Acceptance = new AcceptanceRule(null) { Agree = 2 },
        };

        var response = await EndAsync(new BlendWorkflow(panel, new FakeRanking(), new FakeFusion("") { Fails = new BlendException("fuse", BlendFailureReason.Faulted, "no") }, TimeProvider.System));

        Assert.True(response.Abstained);
        Assert.Contains("no 2 answers say the same", response.Warnings);
    }

    [Theory]
    [InlineData(0.03, StageOutcome.NotWorth, 1)]
    [InlineData(0.01, StageOutcome.Unsure, 2)]
    public async Task Run_NextStageCostsMoreThanItCanBring_IsNotAsked(double cost, StageOutcome expected, int asked)
    {
        var panel = new FakePanel(Says("a", "one"), Says("b", "three"), Says("c", "longest"))
        {
            Stages = [["a", "b"], ["c"]],
            Acceptance = new AcceptanceRule(null) { Worth = 0.1m },
            StageCost = (decimal)cost,
        };

        // A better answer is worth 0.1, and with confidence 0.8 the next stage brings one with probability 0.2 at most.
        var response = await EndAsync(new BlendWorkflow(panel, new FakeRanking { Confidences = [0.8, 0.9] }, new FakeFusion("fused"), TimeProvider.System));

        Assert.Equal((expected, asked, false), (response.Stages[0].Outcome, panel.Asked, response.Abstained));
        Assert.Equal(asked == 1 ? "three" : "fused", response.Answer);
    }

    private static MemberReport Says(string name, string text) => new() { Name = name, Text = text };

    private static async Task<BlendResponse> EndAsync(BlendWorkflow workflow)
    {
        BlendResponse? response = null;
        await foreach (var update in workflow.RunAsync(Asked, isStreamed: false, Deadline.Unlimited(CancellationToken.None)))
        {
            response = update.Response;
        }

        return response!;
    }
}
