using LLMBlender.Training.Data;
using LLMBlender.Training.Teaching;

namespace LLMBlender.Training.Tests.Teaching;

public sealed class TeacherTests
{
    private static readonly string[] Texts = [.. Enumerable.Range(0, 60).Select(i => $"piece{i}")];

    private static readonly TeacherOptions Options = new()
    {
        Crowds = new Dictionary<string, IReadOnlyList<string>> { ["long"] = ["likes-long"], ["short"] = ["likes-short"] },
        Ridge = 1,
    };

    [Fact]
    public void Of_PairsOfTwoCrowds_JudgesEachAsItsCrowdDoes()
    {
        var teacher = new Teacher(Pools(), Texts, [[0, 1]], Options);
        Assert.Equal(["long", "short"], teacher.Crowds);
        Assert.True(teacher.Of([3, 41], [20, 21, 22, 23, 24, 25], [20]).Logit > 0.5);
        Assert.True(teacher.Of([4, 41], [20, 21, 22, 23, 24, 25], [20]).Logit < -0.5);
    }

    [Fact]
    public void Of_APairTheOtherWayRound_IsTheSwappedOpinion()
    {
        var teacher = new Teacher(Pools(), Texts, [[0, 1]], Options);
        TeacherLabel teacherLabel = teacher.Of([3, 7], [20, 21], [22]);
        TeacherLabel turned = teacher.Of([3, 7], [22], [20, 21]);
        Assert.Equal(teacherLabel.Logit, -turned.Logit, 1e-9);
        Assert.Equal(teacherLabel.Numbers, turned.Swapped().Numbers);
        Assert.Equal(2 + AnswerFeatures.Count, teacherLabel.Numbers.Length);
    }

    [Fact]
    public void New_ACrowdOfAnUnknownTag_SaysWhichTagsThereAre()
    {
        var options = Options with { Crowds = new Dictionary<string, IReadOnlyList<string>> { ["long"] = ["nobody"] } };
        var error = Assert.Throws<DataException>(() => new Teacher(Pools(), Texts, [], options));
        Assert.Contains("nobody", error.Message, StringComparison.Ordinal);
        Assert.Contains("likes-long", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Teach_ManyTimes_KeepsLabelsOfWholePairsAndFitsTheRoom()
    {
        var teacherLabels = new TeacherLabels(new Teacher(Pools(), Texts, [[0, 1]], Options), Options);
        TrainingPair pair = Pools()["likes-long"][0];
        var random = new Random(8);
        for (int i = 0; i < 50; i++)
        {
            TrainingPair taught = teacherLabels.Teach(pair, 5, 1, random);
            Assert.InRange(taught.Certainty, 0.5f, 1f);
            Assert.NotNull(taught.TeacherLabel);
            Assert.True(taught.TeacherLabel.Logit >= 0 || taught.Better.SequenceEqual(pair.Better));
        }

        TrainingPair other = teacherLabels.Teach(pair with { Tag = "made-up" }, 5, 1, random);
        Assert.Equal((pair.Better, pair.Worse, 1f), (other.Better, other.Worse, other.Certainty));
    }

    // Sources of one crowd hold piece 3, of the other piece 4; the first likes six pieces better than one, the other the reverse.
    private static Dictionary<string, List<TrainingPair>> Pools()
    {
        TrainingPair Pair(string tag, int mark, int i)
        {
            int[] many = [.. Enumerable.Range(20 + i % 5, 6)];
            int[] few = [30 + i % 7];
            bool likesLong = mark == 3;
            return new TrainingPair { Tag = tag, Source = [mark, 40 + i % 13], Better = likesLong ? many : few, Worse = likesLong ? few : many };
        }

        return new Dictionary<string, List<TrainingPair>>
        {
            ["likes-long"] = [.. Enumerable.Range(0, 80).Select(i => Pair("likes-long", 3, i))],
            ["likes-short"] = [.. Enumerable.Range(0, 80).Select(i => Pair("likes-short", 4, i))],
        };
    }
}
