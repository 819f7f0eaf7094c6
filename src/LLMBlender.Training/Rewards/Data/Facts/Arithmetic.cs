using System.Globalization;

namespace LLMBlender.Training.Rewards.Data.Facts;

/// <summary>Sums of grade-school kind; a wrong answer is another number in the same words.</summary>
internal static class Arithmetic
{
    private static readonly string[] Names = ["Sam", "Lena", "Ali", "Grace", "Ben", "Mia", "Omar", "Kate"];
    private static readonly string[] Things = ["apples", "books", "coins", "marbles", "stickers", "cards", "eggs", "pens"];

    private static readonly string[] Words =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    ];

    /// <summary>A sum.</summary>
    public static PlainQuestion Next(Random random)
    {
        int kind = random.Next(12);
        int most = random.Next(3) == 0 ? 60 : 13;
        var (a, b) = (random.Next(1, most), random.Next(1, most));
        if (kind is 2 or 7 && a < b)
        {
            (a, b) = (b, a);
        }

        string name = PlainQuestions.Pick(Names, random), things = PlainQuestions.Pick(Things, random);
        bool inWords = a <= 10 && b <= 10 && random.Next(4) == 0;
        string A = Show(a, inWords), B = Show(b, inWords);
        var (question, result) = kind switch
        {
            0 or 1 => (Ask($"{A} {Plus(random, inWords)} {B}", random), a + b),
            2 => (Ask($"{A} {(inWords ? "minus" : PlainQuestions.Pick(["-", "minus"], random))} {B}", random), a - b),
            3 or 4 => (Ask($"{Show(a %= 13, inWords)} {(inWords ? "times" : PlainQuestions.Pick(["*", "x", "times", "multiplied by"], random))} {Show(b %= 13, inWords)}", random), a * b),
            5 => (Ask($"{(a = a % 10 + 1) * (b = b % 10 + 1)} {PlainQuestions.Pick(["/", "divided by", "÷"], random)} {a}", random), b),
            6 => ($"{name} has {a} {things} and gets {b} more. How many {things} does {name} have now?", a + b),
            7 => ($"{name} had {a} {things} and gave {b} away. How many are left?", a - b),
            8 => ($"One box holds {a %= 13} {things}. How many {things} do {b = b % 11 + 2} boxes hold?", a * b),
            9 => ($"What is {PlainQuestions.Pick(["half", "a half"], random)} of {2 * a}?", a),
            10 => ($"What is {(b = 10 * (b % 9 + 1))}% of {(a = 10 * (a % 20 + 1))}?", a * b / 100),
            _ => ($"What is twice {a}?", 2 * a),
        };
        string form = PlainQuestions.Pick(["{0}", "{0}.", "The answer is {0}.", "It is {0}.", "{0}", "That makes {0}.", "You get {0}."], random);
        bool answerInWords = inWords && result is >= 0 and <= 20;
        var wrong = new HashSet<int>();
        while (wrong.Count < 3)
        {
            int other = Wrong(result, a, b, random);
            if (other != result && other >= 0)
            {
                wrong.Add(other);
            }
        }

        string Say(int number) => PlainQuestions.Fill(form, [answerInWords && number <= 20 ? Words[number] : Show(number, false)]);
        return new PlainQuestion(question, Say(result), [.. wrong.Select(Say)]);
    }

    private static int Wrong(int result, int a, int b, Random random) => random.Next(6) switch
    {
        0 => result + 1,
        1 => result - 1,
        2 => result + random.Next(2, 12),
        3 => result - random.Next(2, 12),
        4 => random.Next(2) == 0 ? a + b : a * b,
        _ => random.Next(0, 2 * result + 10),
    };

    private static string Show(int number, bool inWords) =>
        inWords && number is >= 0 and <= 20 ? Words[number] : number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Plus(Random random, bool inWords) => inWords ? "plus" : PlainQuestions.Pick(["+", "plus", "+"], random);

    private static string Ask(string sum, Random random) => PlainQuestions.Fill(
        PlainQuestions.Pick(["What is {0}?", "{0} = ?", "Calculate {0}.", "How much is {0}?", "{0}", "What's {0}?", "Solve: {0}"], random), [sum]);
}
