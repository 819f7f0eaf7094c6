using System.CommandLine;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>dataset</c>: making data sets.</summary>
internal static class DatasetVerb
{
    /// <summary>The verb with the verbs below it.</summary>
    public static Command Create(Terminal terminal)
    {
        var verb = new Command("dataset", "Make data sets of instructions with many models' answers.");
        verb.Subcommands.Add(BuildVerb.Create(terminal));
        return verb;
    }
}
