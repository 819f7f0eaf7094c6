using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>compare</c>: compares two candidates and returns a logit.</summary>
internal static class CompareVerb
{
    private const string Details = """
        Each line of --from is a record
          {"id": …, "instruction": "…", "input"?: "…", "a": "…", "b": "…"}
        or one with two conversations that differ only in the assistant's messages,
          {"id": …, "conversation_a": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}, …], "conversation_b": […]}
        Its answer is a line of --to, in the same order:
          {"id": …, "logit": …, "better": "a" | "b" | "tie", "probability"?: …, "ranker_info": {"name", "kind", "temperature"?, "demonstration"?}}
        The logit is what LLM-Blender's compare returns:
          --order both   M[a,b] - M[b,a], both orders combined; above 0, a is better
          --order ab     M[a,b], a first; above 0, a is better
          --order ba     M[b,a] unchanged, b first; above 0, b is better
        "better" is correct for each order; "tie" is a logit of exactly 0. "probability" is that of a being better, σ(logit / temperature),
        of both orders with the mean of their logits; absent if the ranker is not calibrated (llmblender calibrate).

        For a failed record {"id": …, "error": "…"} is written, and the exit code is 1.

        Example:
          echo '{"id":1,"instruction":"Say hello.","a":"Hello!","b":"No."}' | llmblender compare --from -
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("compare", "Compare each record's two candidates, a and b.", Details);
        var files = new FileArguments(verb);
        var order = Choices.Of("--order", "The order in which the candidates are compared.", ["both", "ab", "ba"]);
        verb.Options.Add(order);
        var ranker = new RankerArguments(verb);
        var host = new HostArguments(verb, terminal, ranker);

        verb.SetAction((parsed, cancellationToken) =>
        {
            PairOrder? given = parsed.GetResult(order) is not { Implicit: false } ? null : parsed.GetValue(order) switch
            {
                "ab" => PairOrder.Ab,
                "ba" => PairOrder.Ba,
                _ => PairOrder.Both,
            };
            var run = new RecordRun<CompareRequest, CompareResult>(terminal, files, RecordJsonContext.Default.CompareResult)
            {
                Weight = static request => request.Instruction.Length + (request.Input?.Length ?? 0) + request.A.Length + request.B.Length,
                Answer = async (blender, id, request, token) => CompareResult.Create(id, await blender.CompareAsync(
                    request with
                    {
                        Ranker = host.RankerOf(parsed, request.Ranker),
                        Order = given ?? request.Order,
                    },
                    token)),
            };
            var read = RecordJson.Reader(RecordJsonContext.Default.CompareRecord);
            return run.RunAsync(
                parsed, () => host.OpenAsync(parsed, cancellationToken), fields => RecordJson.Read(() => read(fields).ToRequest()), cancellationToken);
        });
        return verb;
    }
}
