using System.Globalization;

namespace LLMBlender.Training.Rewards.Data.Facts;

/// <summary>Questions on units, sequences, order, size and letters; a wrong answer is another value in the same words.</summary>
internal static class Quantities
{
    private static readonly (string Large, string Small, int Factor)[] Units =
    [
        ("kilometre", "metre", 1000), ("metre", "centimetre", 100), ("centimetre", "millimetre", 10), ("kilogram", "gram", 1000), ("tonne", "kilogram", 1000),
        ("litre", "millilitre", 1000), ("hour", "minute", 60), ("minute", "second", 60), ("day", "hour", 24), ("week", "day", 7), ("year", "month", 12),
        ("decade", "year", 10), ("century", "year", 100), ("foot", "inch", 12), ("yard", "foot", 3), ("dozen", "piece", 12), ("euro", "cent", 100), ("pound", "ounce", 16),
    ];

    private static readonly string[] AskOne = ["How many {0} are in a {1}?", "How many {0} does one {1} have?", "One {1} is how many {0}?"];

    private static readonly string[] AskMany = ["How many {0} are in {1}?", "Convert {1} to {0}.", "{1} is how many {0}?"];

    private static readonly string[] Days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    private static readonly string[] Words =
        ["table", "garden", "window", "river", "orange", "school", "letter", "mountain", "bread", "yellow", "kitchen", "summer", "elephant", "paper", "music", "house", "water"];

    /// <summary>A question.</summary>
    public static PlainQuestion Next(Random random) => random.Next(9) switch
    {
        0 or 1 => Conversion(random),
        2 => Sequence(random),
        3 => Sorting(random),
        4 => Parity(random),
        5 => Larger(random),
        6 => Letters(random),
        7 => DayAfter(random),
        _ => Reversal(random),
    };

    private static PlainQuestion Conversion(Random random)
    {
        var (large, small, factor) = PlainQuestions.Pick(Units, random);
        int count = random.Next(3) == 0 ? 1 : random.Next(2, 11);
        string many = Plural(small);
        string question = PlainQuestions.Pick(count == 1 ? AskOne : AskMany, random);
        return Numeric(PlainQuestions.Fill(question, [many, count == 1 ? large : $"{count} {Plural(large)}"]), count * factor, many, random,
            [count * factor * 10, Math.Max(1, count * factor / 10), count * factor + factor, count * PlainQuestions.Pick(Units, random).Factor, count + factor]);
    }

    private static PlainQuestion Sequence(Random random)
    {
        int start = random.Next(1, 20), step = random.Next(1, 11);
        bool doubles = random.Next(4) == 0;
        int[] shown = [.. Enumerable.Range(0, 4).Select(i => doubles ? start << i : start + i * step)];
        int next = doubles ? start << 4 : start + 4 * step;
        string question = PlainQuestions.Pick(["What number comes next: {0}?", "Continue: {0}, ...", "Which number follows {0}?", "{0}, ... what is next?"], random);
        return Numeric(PlainQuestions.Fill(question, [string.Join(", ", shown)]), next, null, random, [next + 1, next - 1, shown[3], next + step + 1, next * 2]);
    }

    private static PlainQuestion Sorting(Random random)
    {
        int[] numbers = [.. Enumerable.Range(1, 40).OrderBy(_ => random.Next()).Take(random.Next(3, 5))];
        bool up = random.Next(2) == 0;
        int[] right = up ? [.. numbers.Order()] : [.. numbers.OrderDescending()];
        int[] swapped = [.. right];
        (swapped[0], swapped[1]) = (swapped[1], swapped[0]);
        string question = PlainQuestions.Pick(["Sort {0} in {1} order.", "Put these numbers in {1} order: {0}."], random);
        return new PlainQuestion(
            PlainQuestions.Fill(question, [string.Join(", ", numbers), up ? "ascending" : "descending"]), string.Join(", ", right),
            [string.Join(", ", right.Reverse()), string.Join(", ", swapped), string.Join(", ", right[1..])]);
    }

    private static PlainQuestion Parity(Random random)
    {
        int number = random.Next(1, 100);
        bool even = number % 2 == 0, asksEven = random.Next(2) == 0;
        string Say(bool isEven, int form) => form switch
        {
            0 => isEven == asksEven ? "Yes." : "No.",
            1 => $"{(isEven == asksEven ? "Yes" : "No")}, {number} is {(isEven ? "even" : "odd")}.",
            _ => $"{number} is {(isEven ? "an even" : "an odd")} number.",
        };
        int way = random.Next(3);
        return new PlainQuestion($"Is {number} an {(asksEven ? "even" : "odd")} number?", Say(even, way), [Say(!even, way), Say(!even, random.Next(3))]);
    }

    private static PlainQuestion Larger(Random random)
    {
        int a = random.Next(1, 200), b = a + random.Next(1, 60);
        bool asksLarger = random.Next(2) == 0;
        var (first, second) = random.Next(2) == 0 ? (a, b) : (b, a);
        if (random.Next(2) == 0)
        {
            bool truth = (first > second) == asksLarger;
            string Say(bool yes) => yes ? "Yes." : "No.";
            return new PlainQuestion($"Is {first} {(asksLarger ? "greater" : "less")} than {second}?", Say(truth), [Say(!truth)]);
        }

        string form = PlainQuestions.Pick(["{0}", "{0}.", "{0} is."], random);
        var (right, wrong) = asksLarger ? (b, a) : (a, b);
        return new PlainQuestion(
            $"Which number is {(asksLarger ? "larger" : "smaller")}, {first} or {second}?", PlainQuestions.Fill(form, [Text(right)]),
            [PlainQuestions.Fill(form, [Text(wrong)]), "They are equal."]);
    }

    private static PlainQuestion Letters(Random random)
    {
        string word = PlainQuestions.Pick(Words, random);
        bool vowels = random.Next(3) == 0;
        int count = vowels ? word.Count("aeiou".Contains) : word.Length;
        return Numeric($"How many {(vowels ? "vowels" : "letters")} are in the word '{word}'?", count, vowels ? "vowels" : "letters", random, [count + 1, count + 2, count - 1, count + 4, count * 2]);
    }

    private static PlainQuestion DayAfter(Random random)
    {
        int day = random.Next(7), days = random.Next(1, 4);
        bool back = random.Next(3) == 0;
        string right = Days[(day + (back ? -days : days) + 7) % 7];
        string[] wrong = [.. Days.Where(one => one != right).OrderBy(_ => random.Next()).Take(3)];
        string question = days == 1 ? (back ? $"If today is {Days[day]}, what day was yesterday?" : $"If today is {Days[day]}, what day is tomorrow?")
            : back ? $"Today is {Days[day]}. What day was it {days} days ago?" : $"Which day is {days} days after {Days[day]}?";
        string form = PlainQuestions.Pick(["{0}", "{0}.", "It is {0}."], random);
        return new PlainQuestion(question, PlainQuestions.Fill(form, [right]), [.. wrong.Select(one => PlainQuestions.Fill(form, [one]))]);
    }

    private static PlainQuestion Reversal(Random random)
    {
        string[] three = [.. Words.OrderBy(_ => random.Next()).Take(3)];
        return new PlainQuestion(
            $"Reverse the order: {string.Join(", ", three)}.", string.Join(", ", three.Reverse()),
            [string.Join(", ", three), $"{three[1]}, {three[2]}, {three[0]}", $"{three[2]}, {three[0]}, {three[1]}"]);
    }

    private static PlainQuestion Numeric(string question, int right, string? unit, Random random, int[] near)
    {
        string form = PlainQuestions.Pick<string>(
            unit is null ? ["{0}", "{0}.", "It is {0}.", "The next number is {0}."] : ["{0}", "{0}.", "{0} " + unit, "There are {0} " + unit + ".", "It is {0} " + unit + "."], random);
        string[] wrong = [.. near.Where(one => one != right && one > 0).Distinct().OrderBy(_ => random.Next()).Take(3).Select(one => PlainQuestions.Fill(form, [Text(one)]))];
        return new PlainQuestion(question, PlainQuestions.Fill(form, [Text(right)]), wrong);
    }

    private static string Text(int number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Plural(string unit) => unit switch
    {
        "foot" => "feet",
        "inch" => "inches",
        "century" => "centuries",
        "dozen" => "dozen",
        _ => unit + "s",
    };
}
