
namespace LLMBlender.Cli.Verbs;

/// <summary><c>fuse</c>: fuses the best candidates into one answer.</summary>
internal static class FuseVerb
{
    private const string Details = """
        Each line of --from is a record
          {"id": …, "instruction": "…", "input"?: "…", "candidates": [{"model"?: "…", "text": "…", "rank"?: N}, …], "ranks"?: […]}
        whose candidates are sorted best first, or have ranks with 1 for the best. Its answer is a line of --to, in the same order:
          {"id": …, "answer": "…", "source"?: "…", "made_from": […], "usage": {"prompt_tokens", "completion_tokens"}, "failure"?: {…}}
        On a terminal, without --to, answers are displayed as they are generated instead.
        The source is the fuser's input, in the layout that LLM-Blender published. Each candidate is truncated to its limit; if the
        source is still too long, candidates are truncated further, then the input, so that the instruction to fuse is kept.
        Texts are data: the characters of a control token in a text, such as </s>, are encoded as text. --reference-truncation does
        both as LLM-Blender does.

        If a fuser fails, writes nothing or repeats itself up to its limit, standard error contains it and the answer is the best
        candidate. For a failed record {"id": …, "error": "…"} is written, and the exit code is 1.

        Example:
          llmblender fuse --from ranked.jsonl --to answers.jsonl --fuser models/genfuser --top-k 3
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("fuse", "Fuse each record's best candidates into one answer.", Details);
        var files = new FileArguments(verb);
        var fuser = new FuserArguments(verb, withLengths: true);
        var showSource = new System.CommandLine.Option<bool>("--show-source") { Description = "Also write the fuser's source." };
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
