using System.CommandLine;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>dataset</c>: builds data sets.</summary>
internal static class DatasetVerb
{
    /// <summary>The verb with its subcommands.</summary>
    public static Command Create(Terminal terminal)
    {
        var verb = new Command("dataset", "Build data sets of instructions with several models' answers.");
        verb.Subcommands.Add(BuildVerb.Create(terminal));
        return verb;
    }
}
