using LLMBlender.Abstractions;
using LLMBlender.Cli.Ranking;
using LLMBlender.Cli.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>compare</c>: two candidates in, a logit and the better one out.</summary>
internal static class CompareVerb
{
    private const string Details = """
        Each line of --from is a record
          {"id": …, "instruction": "…", "input"?: "…", "a": "…", "b": "…"}
        or one with two conversations that differ in the assistant's messages alone,
          {"id": …, "conversation_a": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}, …], "conversation_b": […]}
        and its answer a line of --to, in the same order:
          {"id": …, "logit": …, "better": "a" | "b" | "tie"}
        The logit is what LLM-Blender's compare returns:
          --order both   M[a,b] - M[b,a], the two orders together; above 0, a is better
          --order ab     M[a,b], a put first; above 0, a is better
          --order ba     M[b,a] as it is, b put first; above 0, b is better
        "better" is right for each of them; "tie" is a logit of exactly 0.

        A record that fails is answered by {"id": …, "error": "…"}, and the exit code is 1.

        Example:
          echo '{"id":1,"instruction":"Say hello.","a":"Hello!","b":"No."}' | llmblender compare --from -
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("compare", "Compare each record's two candidates, a and b.", Details);
        var files = new FileArguments(verb);
        var order = Choices.Of("--order", "Which of the two is put first.", ["both", "ab", "ba"]);
        verb.Options.Add(order);
        var ranker = new RankerArguments(verb);
        verb.SetAction((parsed, cancellation) =>
        {
            var chosen = parsed.GetValue(order) switch
            {
                "ab" => CompareOrder.Ab,
                "ba" => CompareOrder.Ba,
                _ => CompareOrder.Both,
            };
            var run = new RecordRun<(string Source, string A, string B)>(
                terminal,
                files,
                ranker,
                Read,
                (place, record, model) => new CompareWork(place, model.Encode(record.Source, [record.A, record.B]), chosen));
            return run.RunAsync(parsed, cancellation);
        });
        return verb;
    }

    private static (string Source, string A, string B) Read(RecordFields record)
    {
        if (record.OptionalTurns("conversation_a") is { } conversation)
        {
            var pair = Together(conversation, record.OptionalTurns("conversation_b") ?? throw record.Missing("conversation_b", Sources.TurnsRule));
            return (ConversationPair.Instruction + pair.Input, pair.A, pair.B);
        }

        var (instruction, input) = record.Source();
        return (instruction + input, record.Text("a"), record.Text("b"));
    }

    private static ConversationPair Together(ChatTurn[] a, ChatTurn[] b)
    {
        try
        {
            return ConversationPair.Of(a, b);
        }
        catch (ArgumentException e)
        {
            throw new RecordException(e.Message, e);
        }
    }
}
