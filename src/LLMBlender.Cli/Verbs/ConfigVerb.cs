using System.CommandLine;
using System.Text;
using LLMBlender.Cli.Serving;
using LLMBlender.Cli.Setup;
using LLMBlender.Local.Panels;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>config</c>: checks a configuration, and prints its schema.</summary>
internal static class ConfigVerb
{
    private const string CheckDetails = """
        Reads a configuration as serve does, without starting anything: keys and values, the panels' members and fusers, the models'
        folders, and that every key is there. A problem is printed as FILE:LINE:COLUMN. With --probe, each backend is called once.
        The exit code is 0 if the configuration is valid and every probed backend answered, 1 if one did not, 2 if it is invalid.

        Example:
          llmblender config check llmblender.json --probe
        """;

    private const string SchemaDetails = """
        An editor completes and explains keys if the configuration names the schema: "$schema": "./llmblender.schema.json".

        Example:
          llmblender config schema > llmblender.schema.json
        """;

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        var config = new Verb("config", "Check a configuration, or print its schema.", "");
        config.Subcommands.Add(Check(terminal));
        config.Subcommands.Add(Schema());
        return config;
    }

    private static Verb Schema()
    {
        var verb = new Verb("schema", "Print the JSON schema of the configuration.", SchemaDetails);
        verb.SetAction(static parsed =>
        {
            parsed.InvocationConfiguration.Output.Write(ConfigurationSchema.Text);
            return ExitCode.Done;
        });
        return verb;
    }

    private static Verb Check(Terminal terminal)
    {
        var verb = new Verb("check", "Check a configuration.", CheckDetails);
        var file = new Argument<string>("FILE") { Description = "The configuration file.", DefaultValueFactory = _ => InitRun.DefaultFile };
        var probe = new Option<bool>("--probe") { Description = "Call each backend once." };
        verb.Arguments.Add(file);
        verb.Options.Add(probe);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(file)!;
            var panels = Read(path, terminal);
            var answered = !parsed.GetValue(probe) || await ProbeAsync(panels, parsed, cancellationToken);
            return answered ? ExitCode.Done : ExitCode.SomeFailed;

            PanelRegistry Read(string name, Terminal streams)
            {
                if (!File.Exists(name))
                {
                    throw new UsageException($"{name} is not there; 'llmblender init' writes one");
                }

                var (settings, registry) = ConfigurationCheck.Read(name, streams, Note);
                var output = parsed.InvocationConfiguration.Output;
                output.WriteLine($"{name} is valid.");
                foreach (var (panel, i) in registry.Panels.Select((panel, i) => (panel, i)))
                {
                    output.WriteLine($"  panel {panel.Name}{(i == 0 ? " (default)" : "")}: {string.Join(", ", panel.Members)}; fuser {panel.Fuser ?? settings.FusersOrDefault[0]}");
                }

                output.WriteLine($"  rankers: {string.Join(", ", settings.RankersOrDefault)}");
                return registry;
            }
        });
        return verb;

        void Note(string note) => terminal.Error.Write(Encoding.UTF8.GetBytes($"llmblender: {note}\n"));
    }

    private static async Task<bool> ProbeAsync(PanelRegistry panels, ParseResult parsed, CancellationToken cancellationToken)
    {
        var live = panels.Backends.Where(static backend => backend.Settings is not null).ToList();
        var output = parsed.InvocationConfiguration.Output;
        var answered = await BackendProbe.RunAsync(live, line => output.WriteLine($"  {line}"), cancellationToken);
        return answered.Count == live.Count;
    }
}
