
namespace LLMBlender.Cli.Verbs;

/// <summary><c>fuse</c>: the best candidates in, one answer out.</summary>
internal static class FuseVerb
{
    private const string Details = """
        Each line of --from is a record
          {"id": …, "instruction": "…", "input"?: "…", "candidates": [{"model"?: "…", "text": "…", "rank"?: N}, …], "ranks"?: […]}
        whose candidates are the best first, or else have ranks, 1 for the best; and its answer a line of --to, in the same order:
          {"id": …, "answer": "…", "source"?: "…", "made_from": […], "usage": {"prompt_tokens", "completion_tokens"}, "failure"?: {…}}
        On a terminal, without --to, answers are shown as they are written instead.
        The source is what the fuser reads, in the layout that LLM-Blender published. Each candidate is cut to its limit; where
        the whole is still too long candidates are shortened further, then the input, so that the instruction to fuse is kept.
        Texts are data: where one spells a control token, such as </s>, its characters are read. --reference-truncation does
        both as LLM-Blender does.

        A fuser that fails, writes nothing or repeats itself to its limit is named on standard error, and the answer is the best
        candidate. A record that fails is answered by {"id": …, "error": "…"}, and the exit code is 1.

        Example:
          llmblender fuse --from ranked.jsonl --to answers.jsonl --fuser models/genfuser --top-k 3
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("fuse", "Fuse each record's best candidates into one answer.", Details);
        var files = new FileArguments(verb);
        var fuser = new FuserArguments(verb, withLengths: true);
        var showSource = new System.CommandLine.Option<bool>("--show-source") { Description = "Also write what the fuser reads." };
        verb.Options.Add(showSource);
        var device = new DeviceArgument(verb);
        var host = new HostArguments(verb, terminal, null, fuser, device);

        verb.SetAction((parsed, cancellationToken) =>
        {
            var run = new FuseRun(
                terminal, files, parsed.GetValue(showSource), fuser.GivenTopK(parsed), named => host.FuserOf(parsed, named));
            return run.RunAsync(parsed, () => host.OpenAsync(parsed, cancellationToken), cancellationToken);
        });
        return verb;
    }
}
