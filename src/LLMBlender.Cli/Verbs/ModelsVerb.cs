using System.CommandLine;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>models</c>: downloads, imports, lists and verifies models.</summary>
internal static class ModelsVerb
{
    /// <summary>The verb with its subcommands.</summary>
    public static Command Create(Terminal terminal)
    {
        var verb = new Command("models", "Pull, import, list and verify models.");
        verb.Subcommands.Add(PullVerb.Create(terminal));
        verb.Subcommands.Add(ImportVerb.Create(terminal));
        verb.Subcommands.Add(ListVerb.Create(terminal));
        verb.Subcommands.Add(VerifyVerb.Create(terminal));
        return verb;
    }
}
