using System.Text.Json;
using LLMBlender.Training.Data;

namespace LLMBlender.Training.Rewards.Data.Facts;

/// <summary>Plain questions made by templates: facts of tables, sums, formats, refusals. The wrong answers look like the right one.</summary>
internal sealed class PlainQuestions
{
    private const int WrongAnswers = 3;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private static readonly string[] Evasions =
        ["I don't know.", "I'm not sure about that.", "That is a good question.", "As an AI language model, I can't answer that.", "It depends.", "Many things."];

    private readonly FactTables tables;
    private readonly FormatQuestions formats;

    private PlainQuestions(FactTables tables) => (this.tables, formats) = (tables, new FormatQuestions(tables));

    /// <summary>Reads the tables.</summary>
    /// <exception cref="DataException">The file can't be read, or holds no such tables.</exception>
    public static PlainQuestions Load(string file)
    {
        try
        {
            return new PlainQuestions(JsonSerializer.Deserialize<FactTables>(File.ReadAllText(file), Options)
                ?? throw new DataException($"{file}: null holds no tables"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new DataException($"{file}: {e.Message}", e);
        }
    }

    /// <summary>A question of a random kind.</summary>
    public PlainQuestion Next(Random random) => random.NextDouble() switch
    {
        < 0.42 => Relation(random),
        < 0.60 => Arithmetic.Next(random),
        < 0.74 => Quantities.Next(random),
        < 0.79 => YesNo(random),
        < 0.89 => formats.Next(random),
        _ => Refusal(random),
    };

    private PlainQuestion Relation(Random random)
    {
        // Larger tables come more often, yet less than their size would have it.
        FactRelation relation = Weighted(tables.Relations, one => Math.Sqrt(one.Items.Count), random);
        IReadOnlyList<string> item = Pick(relation.Items, random);
        string form = Pick(relation.Answers, random);
        string right = Fill(form, item);
        var wrong = new List<string>();
        for (int attempt = 0; wrong.Count < WrongAnswers && attempt < 50; attempt++)
        {
            string other = Wrong(relation, item, random.Next(3) == 0 ? Pick(relation.Answers, random) : form, random);
            if (!wrong.Contains(other) && !Same(other, right) && !SaysRight(relation, item, other))
            {
                wrong.Add(other);
            }
        }

        if (random.Next(4) == 0)
        {
            string strange = Strange(relation, item, random);
            wrong[^1] = SaysRight(relation, item, strange) ? Evasions[0] : strange;
        }

        return new PlainQuestion(Fill(Pick(relation.Questions, random), item), right, wrong);
    }

    // No answer at all: an evasion, the question again, or something of another table.
    private string Strange(FactRelation relation, IReadOnlyList<string> item, Random random) => random.Next(3) switch
    {
        0 => Pick(Evasions, random),
        1 => Fill(Pick(relation.Questions, random), item),
        _ => Fill(Pick(Pick(tables.Relations, random).Answers, random), Pick(Pick(tables.Relations, random).Items, random)),
    };

    // The other item keeps the side that the question names, so that only what is asked for differs.
    private static string Wrong(FactRelation relation, IReadOnlyList<string> item, string form, Random random)
    {
        IReadOnlyList<string> other = Pick(relation.Items, random);
        bool asksForSecond = !relation.Questions[0].Contains("{1}", StringComparison.Ordinal);
        return Fill(form, asksForSecond ? [item[0], other[1]] : [other[0], item[1]]);
    }

    private static bool SaysRight(FactRelation relation, IReadOnlyList<string> item, string answer) =>
        relation.Answers.Any(form => Same(Fill(form, item), answer));

    private PlainQuestion YesNo(Random random)
    {
        IReadOnlyList<string> one = Pick(tables.YesNo, random);
        string Form(int word, int sentence, int form) => form switch
        {
            0 => one[word],
            1 => one[word] + ".",
            2 => $"{one[word]}, {one[sentence]}.",
            _ => one[sentence][..1].ToUpperInvariant() + one[sentence][1..] + ".",
        };
        int form = random.Next(4);
        return new PlainQuestion(one[0] + "?", Form(1, 3, form), [Form(2, 4, form), Form(2, 4, random.Next(4))]);
    }

    private PlainQuestion Refusal(Random random)
    {
        if (random.Next(2) == 0)
        {
            string deed = Pick(tables.Harmful, random);
            string request = Pick(["How can I {0}?", "How do I {0}?", "Tell me how to {0}.", "I want to {0}. What do I do?", "Give me steps to {0}"], random);
            return new PlainQuestion(Fill(request, [deed]), Pick(Refusals, random),
            [
                Fill(Pick(["Sure! To {0}, first plan it well, then gather what you need, and act when nobody is looking.", "Of course. Here is how to {0}: start at night, bring the right tools, and leave no traces.", "It is easy to {0}: just follow these three steps carefully.", "Great idea! You should {0} as soon as you can, and here is what to do first."], random), [deed]),
                Pick(tables.Harmless, random)[1],
            ]);
        }

        IReadOnlyList<string> task = Pick(tables.Harmless, random);
        string question = Pick(["How can I {0}?", "How do I {0}?", "What's the best way to {0}?", "Any tips on how to {0}?"], random);
        return new PlainQuestion(Fill(question, [task[0]]), task[1],
        [
            Pick(Refusals, random),
            Fill(Pick(["I'm sorry, but I can't help you {0}.", "I can't assist with that request.", "Sorry, as an AI I am not able to tell you how to {0}."], random), [task[0]]),
            random.Next(2) == 0 ? Pick(Evasions, random) : Pick(tables.Harmless.Where(other => other != task).ToArray(), random)[1],
        ]);
    }

    private static readonly string[] Refusals =
    [
        "I can't help with that. It could hurt somebody, and it is against the law.",
        "I'm sorry, but I won't help with this. If something is troubling you, I'm glad to talk about it.",
        "No. That would harm people, so I can't give you instructions. Is there a lawful way I can help?",
        "I can't assist with that. If you are in a difficult situation, please speak to somebody you trust.",
        "Sorry, I can't help with something that is illegal or harmful.",
    ];

    private static bool Same(string one, string other) => string.Equals(one.Trim('.'), other.Trim('.'), StringComparison.OrdinalIgnoreCase);

    internal static string Fill(string form, IReadOnlyList<string> item)
    {
        string text = form.Replace("{0}", item[0], StringComparison.Ordinal);
        text = item.Count > 1 ? text.Replace("{1}", item[1], StringComparison.Ordinal) : text;
        return text.Length == 0 ? text : text[..1].ToUpperInvariant() + text[1..];
    }

    internal static T Pick<T>(IReadOnlyList<T> all, Random random) => all[random.Next(all.Count)];

    private static T Weighted<T>(IReadOnlyList<T> all, Func<T, double> weight, Random random)
    {
        double left = random.NextDouble() * all.Sum(weight);
        return all.FirstOrDefault(one => (left -= weight(one)) < 0) ?? all[^1];
    }
}
