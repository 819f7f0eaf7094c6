using System.CommandLine;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>learn</c>: learns from ranked answers.</summary>
internal static class LearnVerb
{
    /// <summary>The verb with its subcommands.</summary>
    public static Command Create(Terminal terminal)
    {
        var verb = new Command("learn", "Learn from the rankings of earlier blends.");
        verb.Subcommands.Add(LearnRouteVerb.Create(terminal));
        verb.Subcommands.Add(LearnRankerVerb.Create(terminal));
        return verb;
    }
}
