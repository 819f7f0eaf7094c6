using System.Globalization;
using System.Text.RegularExpressions;
using LLMBlender.Training.Rewards.Data.Facts;

namespace LLMBlender.Training.Tests.Rewards;

public sealed class QuantitiesTests
{
    [Fact]
    public void Next_OfASequence_ContinuesItAndNoWrongAnswerDoes()
    {
        int checkedSequences = 0;
        foreach (PlainQuestion question in Questions())
        {
            Match match = Regex.Match(question.Question, @"^What number comes next: (\d+), (\d+), (\d+), (\d+)\?$");
            if (match.Success)
            {
                int[] shown = [.. match.Groups.Values.Skip(1).Select(group => int.Parse(group.Value, CultureInfo.InvariantCulture))];
                int next = shown[1] - shown[0] == shown[3] - shown[2] ? 2 * shown[3] - shown[2] : 2 * shown[3];
                string pattern = $@"(^|\D){next}(\D|$)";
                Assert.Matches(pattern, question.Right.Replace(",", "", StringComparison.Ordinal));
                Assert.All(question.Wrong, wrong => Assert.DoesNotMatch(pattern, wrong.Replace(",", "", StringComparison.Ordinal)));
                checkedSequences++;
            }
        }

        Assert.InRange(checkedSequences, 20, 4000);
    }

    [Fact]
    public void Next_OfAnyKind_HasADifferentRightAnswerAndNoEmptyOne() =>
        Assert.All(Questions(), question =>
        {
            Assert.NotEmpty(question.Wrong);
            Assert.DoesNotContain(question.Right, question.Wrong);
            Assert.All(question.Wrong, wrong => Assert.NotEqual("", wrong));
        });

    private static PlainQuestion[] Questions()
    {
        var random = new Random(4);
        return [.. Enumerable.Range(0, 4000).Select(_ => Quantities.Next(random))];
    }
}
