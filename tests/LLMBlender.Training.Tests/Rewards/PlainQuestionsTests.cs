using LLMBlender.TestKit;
using LLMBlender.Training.Data;
using LLMBlender.Training.Rewards.Data.Facts;

namespace LLMBlender.Training.Tests.Rewards;

public sealed class PlainQuestionsTests
{
    private static readonly string Tables = Path.Combine(Repository.Root, "src", "LLMBlender.Training", "plain-facts.json");

    [Fact]
    public void Next_OfTheShippedTables_NeverOffersTheRightAnswerAsAWrongOne()
    {
        PlainQuestions questions = PlainQuestions.Load(Tables);
        var random = new Random(1);
        for (int i = 0; i < 5000; i++)
        {
            PlainQuestion question = questions.Next(random);
            Assert.NotEmpty(question.Wrong);
            Assert.DoesNotContain(question.Right, question.Wrong);
            Assert.DoesNotContain("{", question.Question + question.Right, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Arithmetic_OfASumInDigits_IsRight()
    {
        var random = new Random(2);
        int checkedSums = 0;
        for (int i = 0; i < 2000; i++)
        {
            PlainQuestion question = Arithmetic.Next(random);
            var sum = System.Text.RegularExpressions.Regex.Match(question.Question, @"^What is (\d+) \+ (\d+)\?$");
            if (sum.Success)
            {
                int result = int.Parse(sum.Groups[1].Value) + int.Parse(sum.Groups[2].Value);
                Assert.Matches($@"\b{result}\b", question.Right);
                Assert.All(question.Wrong, wrong => Assert.DoesNotMatch($@"\b{result}\b", wrong));
                checkedSums++;
            }
        }

        Assert.InRange(checkedSums, 5, 2000);
    }

    [Fact]
    public void PlainCases_OfTheFixture_AreTwoHundredAndNotOfTheTemplates()
    {
        PlainCase[] cases = [.. DataFiles.Read<PlainCase>(Fixture.File("plain-cases.jsonl"))];
        PlainQuestions questions = PlainQuestions.Load(Tables);
        var random = new Random(3);
        HashSet<string> made = [.. Enumerable.Range(0, 20000).Select(_ => questions.Next(random).Question)];

        Assert.Equal(200, cases.Length);
        Assert.All(cases, one => Assert.NotEqual(one.Better, one.Worse));
        Assert.InRange(cases.Count(one => made.Contains(one.Instruction)), 0, 8);
    }
}
