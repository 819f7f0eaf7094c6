using LLMBlender.TestKit;
using LLMBlender.Training.Data;
using LLMBlender.Training.Rewards.Data;
using LLMBlender.Training.Rewards.Runs;

namespace LLMBlender.Training.Tests.Rewards;

public sealed class ScoredSetsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_WithTwoJudgesAModelShareAndAReference_MixesThem()
    {
        string file = folder.Write("sets.jsonl", """
            {"id":"1","instruction":"q","input":"","output":"best","candidates":[{"model":"a","text":"one","scores":{"x":4,"y":6}},{"model":"b","text":"two","scores":{"x":2}},{"model":"c","text":"unjudged","scores":{}}]}
            {"id":"2","instruction":"r","input":"","candidates":[{"model":"a","text":"one","scores":{"y":1}},{"model":"b","text":"two","scores":{"y":8}}]}

            """);

        ScoredSet[] sets = [.. ScoredSets.Read(
            new JudgedSets(file, "tag", ["x", "y"], Scale: 1, MostAnswers: 4, ModelShare: 0.5, ReferenceScore: 10), new Lexicon(word => [word.Length]))];

        // Means: model a (5 + 1) / 2 = 3, model b (2 + 8) / 2 = 5.
        Assert.Equal(2, sets.Length);
        Assert.Equal([4, 3.5, 10], sets[0].Scores);
        Assert.Equal([2, 6.5], sets[1].Scores);
        Assert.Equal(3, sets[0].Answers.Count);
    }

    [Fact]
    public void Draw_OfMoreThanTheMost_TakesAPartThatFollowsFromTheGenerator()
    {
        var set = new ScoredSet("tag", [1], [.. Enumerable.Range(0, 9).Select(i => new[] { i })], [.. Enumerable.Range(0, 9).Select(i => (double)i)], Scale: 1);

        AnswerGroup group = set.Draw(4, new Random(3)), again = set.Draw(4, new Random(3));

        Assert.Equal(4, group.Answers.Count);
        Assert.Equal(6, group.Preferences.Count);
        Assert.Equal(2, group.Preferences.Sum(one => one.Weight), 1e-5f);
        Assert.All(group.Preferences, one => Assert.True(group.Answers[one.Better][0] > group.Answers[one.Worse][0]));
        Assert.Equal(group.Answers.Select(answer => answer[0]), again.Answers.Select(answer => answer[0]));
    }
}
