using System.CommandLine;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>dataset</c>: builds and converts data sets.</summary>
internal static class DatasetVerb
{
    /// <summary>The verb with its subcommands.</summary>
    public static Command Create(Terminal terminal)
    {
        var verb = new Command("dataset", "Build or convert data sets of instructions with several answers.");
        verb.Subcommands.Add(BuildVerb.Create(terminal));
        verb.Subcommands.Add(ConvertVerb.Create(terminal));
        verb.Subcommands.Add(TrafficVerb.Create(terminal));
        return verb;
    }
}
