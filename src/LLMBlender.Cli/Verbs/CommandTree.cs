using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace LLMBlender.Cli.Verbs;

/// <summary>Builds the command tree.</summary>
internal static class CommandTree
{
    /// <summary>The root command with all verbs.</summary>
    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand(
            "Sends an instruction to several language models, ranks their answers by pairwise comparison, and fuses the best into one answer (LLM-Blender, arXiv 2306.02561).")
        {
            HelpName = "llmblender",
        };
        root.Subcommands.Add(BlendVerb.Create(terminal));
        root.Subcommands.Add(RankVerb.Create(terminal));
        root.Subcommands.Add(CompareVerb.Create(terminal));
        root.Subcommands.Add(FuseVerb.Create(terminal));
        root.Subcommands.Add(GenerateVerb.Create(terminal));
        root.Subcommands.Add(EvaluateVerb.Create(terminal));
        root.Subcommands.Add(CalibrateVerb.Create(terminal));
        root.Subcommands.Add(LearnVerb.Create(terminal));
        root.Subcommands.Add(DatasetVerb.Create(terminal));
        root.Subcommands.Add(ServeVerb.Create(terminal));
        root.Subcommands.Add(SecretsVerb.Create(terminal));
        root.Subcommands.Add(McpVerb.Create(terminal));
        root.Subcommands.Add(HealthVerb.Create(terminal));
        root.Subcommands.Add(TokenizeVerb.Create(terminal));
        root.Subcommands.Add(ModelsVerb.Create(terminal));
        root.Subcommands.Add(InitVerb.Create(terminal));
        root.Subcommands.Add(ConfigVerb.Create(terminal));
        root.Subcommands.Add(CompletionVerb.Create());
        root.Subcommands.Add(HelpVerb.Create(root));
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

    /// <summary>A command's full name on the command line.</summary>
    public static string PathOf(CommandResult result)
    {
        var names = new List<string>();
        for (SymbolResult? at = result; at is CommandResult command; at = at.Parent)
        {
            names.Insert(0, command.Command is RootCommand ? "llmblender" : command.Command.Name);
        }

        return string.Join(' ', names);
    }

    // A command without an action prints its help, with the exit code for invalid arguments so that scripts detect the error.
    private static void RequireVerb(Command command)
    {
        Corrections.AddTo(command);
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
