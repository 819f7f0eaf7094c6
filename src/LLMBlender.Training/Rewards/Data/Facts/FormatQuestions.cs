namespace LLMBlender.Training.Rewards.Data.Facts;

/// <summary>Requests for a form: lists of a number, order, letters, one word, a language; the wrong answer has another form.</summary>
internal sealed class FormatQuestions(FactTables tables)
{
    private static readonly string[] Numbers = ["two", "three", "four"];

    private static readonly (string Sentence, string Language)[] Foreign =
    [
        ("Das ist eine gute Frage, und die Antwort hängt von vielen Dingen ab.", "German"),
        ("C'est une bonne question, et la réponse dépend de beaucoup de choses.", "French"),
        ("Es una buena pregunta, y la respuesta depende de muchas cosas.", "Spanish"),
        ("È una buona domanda e la risposta dipende da molte cose.", "Italian"),
    ];

    /// <summary>A request.</summary>
    public PlainQuestion Next(Random random)
    {
        var (kind, all) = PlainQuestions.Pick([.. tables.Lists], random);
        string[] things = [.. all];
        random.Shuffle(things);
        int count = random.Next(2, 5);
        string[] chosen = things[..count];
        return random.Next(8) switch
        {
            0 => List(kind, chosen, things, "numbered", (one, i) => $"{i + 1}. {one}", random),
            1 => List(kind, chosen, things, "bulleted", (one, _) => $"- {one}", random),
            2 => new PlainQuestion(
                $"Name {Numbers[count - 2]} {kind}.", string.Join(", ", chosen),
                [string.Join(", ", things), chosen[0], string.Join(", ", Others(kind, random)[..count])]),
            3 => new PlainQuestion(
                $"Sort these alphabetically: {string.Join(", ", chosen)}.", string.Join(", ", chosen.Order(StringComparer.OrdinalIgnoreCase)),
                [string.Join(", ", chosen.OrderDescending(StringComparer.OrdinalIgnoreCase))]),
            4 => new PlainQuestion(
                $"Write the word {chosen[0]} in capital letters.", chosen[0].ToUpperInvariant(),
                [chosen[1].ToUpperInvariant(), "Capital letters are used at the start of a sentence and for names."]),
            5 => OddOneOut(kind, things, Others(kind, random)[0], random),
            6 => new PlainQuestion(
                $"Give me a JSON array of {Numbers[count - 2]} {kind}.", $"[{string.Join(", ", chosen.Select(one => $"\"{one}\""))}]",
                [$"There are many {kind}, and {chosen[0]} is one of them.", string.Join(" and ", chosen)]),
            _ => Language(kind, chosen[0], random),
        };
    }

    private static PlainQuestion List(string kind, string[] chosen, string[] things, string form, Func<string, int, string> line, Random random) => new(
        $"{PlainQuestions.Pick(["Give me", "Write", "Make"], random)} a {form} list of {Numbers[chosen.Length - 2]} {kind}.",
        string.Join("\n", chosen.Select(line)),
        [
            $"There are many {kind}: {string.Join(" and ", chosen)} are some that most people know.",
            string.Join("\n", (chosen.Length == 2 ? things : things[..(chosen.Length - 1)]).Select(line)),
            $"{PlainQuestions.Fill("{0}", [kind])} are things that people talk about every day.",
        ]);

    private static PlainQuestion OddOneOut(string kind, string[] things, string odd, Random random)
    {
        string[] shown = [things[0], things[1], things[2], odd];
        random.Shuffle(shown);
        string question = PlainQuestions.Pick(["Which of these is not among the {0}: {1}?", "All but one of these are {0}: {1}. Which one is not?"], random);
        return new PlainQuestion(PlainQuestions.Fill(question, [kind, string.Join(", ", shown)]), odd, [things[0], things[1]]);
    }

    private static PlainQuestion Language(string kind, string thing, Random random)
    {
        var (sentence, _) = PlainQuestions.Pick(Foreign, random);
        return new PlainQuestion(
            PlainQuestions.Pick([$"Why do people like {thing}?", $"Tell me something about {thing}.", $"What makes {thing} special among {kind}?"], random),
            PlainQuestions.Pick([$"Many people like {thing} because they have known it since they were young.", $"Of all the {kind}, {thing} is among the best known."], random),
            [sentence, $"{sentence} {PlainQuestions.Fill("{0}", [thing])}!"]);
    }

    private string[] Others(string kind, Random random)
    {
        string[] others = [.. PlainQuestions.Pick([.. tables.Lists.Where(list => list.Key != kind).Select(list => list.Value)], random)];
        random.Shuffle(others);
        return others;
    }
}
