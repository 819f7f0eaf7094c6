using System.CommandLine;
using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Show;
using LLMBlender.Records;
using Spectre.Console;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>models list</c>: lists the models that can be given by name.</summary>
internal static class ListVerb
{
    private const string Details = """
        Lists the models below $LLMBLENDER_MODELS, ./models and the models beside the program. A model's name is its folder's name.
        With --json, one object a line: {"name", "kind", "precision", "bytes", "origin", "demonstration"?, "temperature"?, "folder"}, or {"name", "folder", "error"}.

        Example:
          llmblender models list
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("list", "List the models that can be given by name.", Details);
        var json = new Option<bool>("--json") { Description = "Write JSON Lines." };
        verb.Options.Add(json);
        verb.SetAction(parsed =>
        {
            var search = new ModelSearch(terminal);
            var models = FoundModel.All(search);
            if (parsed.GetValue(json))
            {
                WriteJson(models, terminal);
            }
            else
            {
                Show(models, search, ConsoleOutput.Create(terminal.Out, terminal.OutIsTerminal, terminal));
            }

            return ExitCode.Done;
        });
        return verb;
    }

    private static void WriteJson(IReadOnlyList<FoundModel> models, Terminal terminal)
    {
        using var output = RecordOutput.At(to: null, terminal.Out);
        foreach (var model in models)
        {
            output.Write(json => Write(model, json));
        }
    }

    private static void Write(FoundModel model, Utf8JsonWriter json)
    {
        json.WriteText("name", model.Name);
        if (model.Manifest is { } manifest)
        {
            json.WriteString("kind", manifest.Kind);
            json.WriteString("precision", manifest.Precision);
            json.WriteNumber("bytes", model.Size);
            json.WriteText("origin", manifest.Origin);
            if (manifest.Demonstration)
            {
                json.WriteBoolean("demonstration", true);
            }

            if (manifest.Calibration is { } calibration)
            {
                json.WriteNumber("temperature", calibration.Temperature);
            }
        }

        json.WriteText("folder", model.Folder);
        if (model.Problem is { } problem)
        {
            json.WriteText("error", problem);
        }
    }

    private static void Show(IReadOnlyList<FoundModel> models, ModelSearch search, IAnsiConsole console)
    {
        if (models.Count == 0)
        {
            console.WriteLine($"No models in {string.Join(", ", search.Roots)}. Make one with: llmblender models import SRC --to models/NAME");
            return;
        }

        var table = new Table { Border = TableBorder.Horizontal };
        table.AddColumn("name");
        table.AddColumn("kind");
        table.AddColumn("precision");
        table.AddColumn(new TableColumn("size").RightAligned());
        table.AddColumn("origin");
        table.AddColumn("folder");
        foreach (var model in models)
        {
            table.AddRow(
                new Text(model.Name),
                new Text(model.Manifest is { } manifest ? $"{(manifest.Demonstration ? "demonstration " : "")}{manifest.Kind}" : "unusable"),
                new Text(model.Manifest?.Precision ?? ""),
                new Text(Sizes.Text(model.Size)),
                new Text(model.Manifest?.Origin ?? model.Problem!),
                new Text(model.Folder));
        }

        console.Write(table);
    }
}
