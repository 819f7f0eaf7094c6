using System.CommandLine;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>models</c>: bringing models in, seeing what is there, and holding them to the reference.</summary>
internal static class ModelsVerb
{
    /// <summary>The verb with the verbs below it.</summary>
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
