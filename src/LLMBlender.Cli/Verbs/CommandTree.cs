using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace LLMBlender.Cli.Verbs;

/// <summary>All verbs.</summary>
internal static class CommandTree
{
    /// <summary>The root command with every verb below it.</summary>
    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand(
            "Asks many language models, ranks their answers pair by pair, and gives one better answer (LLM-Blender, arXiv 2306.02561).")
        {
            HelpName = "llmblender",
        };
        root.Subcommands.Add(BlendVerb.Create(terminal));
        root.Subcommands.Add(RankVerb.Create(terminal));
        root.Subcommands.Add(CompareVerb.Create(terminal));
        root.Subcommands.Add(FuseVerb.Create(terminal));
        root.Subcommands.Add(GenerateVerb.Create(terminal));
        root.Subcommands.Add(EvaluateVerb.Create(terminal));
        root.Subcommands.Add(DatasetVerb.Create(terminal));
        root.Subcommands.Add(ServeVerb.Create(terminal));
        root.Subcommands.Add(HealthVerb.Create(terminal));
        root.Subcommands.Add(TokenizeVerb.Create(terminal));
        root.Subcommands.Add(ModelsVerb.Create(terminal));
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Action = new VerbHelp((HelpAction)option.Action!);
        }

        foreach (var option in root.Options.OfType<VersionOption>())
        {
            option.Action = new VersionNumber();
        }

        RequireVerb(root);
        return root;
    }

    /// <summary>The command as one types it.</summary>
    public static string PathOf(CommandResult result)
    {
        var names = new List<string>();
        for (SymbolResult? at = result; at is CommandResult command; at = at.Parent)
        {
            names.Insert(0, command.Command is RootCommand ? "llmblender" : command.Command.Name);
        }

        return string.Join(' ', names);
    }

    // A command that only has verbs below it explains itself; a script that lost its verb still sees a failure.
    private static void RequireVerb(Command command)
    {
        foreach (var below in command.Subcommands)
        {
            RequireVerb(below);
        }

        if (command.Action is null)
        {
            command.SetAction(parsed =>
            {
                new VerbHelp(new HelpAction()).Invoke(parsed);
                return ExitCode.Usage;
            });
        }
    }
}
