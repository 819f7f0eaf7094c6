using System.Diagnostics;
using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Records;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LLMBlender.Cli.Show;

/// <summary>
/// The members of a panel while they answer: on an interactive terminal one line each, drawn anew, which disappears when the ranking is shown;
/// elsewhere a line for each answer.
/// </summary>
/// <param name="console">The console.</param>
internal sealed class PanelProgress(IAnsiConsole console)
{
    private const int PreviewLength = 200;

    // The columns before the preview without the name, and the page's margins.
    private const int Margins = 20;

    private readonly List<MemberReport> reports = [];
    private readonly long start = Stopwatch.GetTimestamp();
    private string[] members = [];
    private string? step;

    /// <summary>Whether the lines are drawn anew.</summary>
    public bool IsLive => console.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>Begins with the members' names.</summary>
    public void Ask(string[] names)
    {
        members = names;
        if (!IsLive && names.Length > 0)
        {
            console.Write(new Text($"  asking {string.Join(", ", names)}\n", Palette.Dim));
        }
    }

    /// <summary>Adds a member's answer or failure.</summary>
    public void Add(MemberReport report)
    {
        reports.Add(report);
        if (!IsLive)
        {
            console.Write(new Text($"  {report.Name}: {Result(report)}\n", Palette.Dim));
        }
    }

    /// <summary>Sets the step that follows the answers.</summary>
    public void Step(string text) => step = text;

    /// <summary>The lines as they are now.</summary>
    public IRenderable Current()
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var _ in (int[])[0, 1, 2, 3])
        {
            table.AddColumn(new TableColumn("") { NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        }

        table.HideHeaders();
        var width = console.Profile.Width - Margins - members.Select(static name => name.Length).DefaultIfEmpty(0).Max();
        foreach (var name in members)
        {
            var report = reports.Find(one => one.Name == name);
            table.AddRow(
                new Text(report is null ? Spin() : report.Failure is null ? "✓" : "✗", report?.Failure is null ? Palette.Best : Palette.Dim),
                new Text(name),
                new Text(report is null ? Seconds(Stopwatch.GetElapsedTime(start).TotalSeconds) : Seconds(report.Seconds), Palette.Dim),
                new Text(report is null ? "" : BlendShow.Shortened(Preview(report), width), Palette.Dim));
        }

        return new Padder(step is null ? table : new Rows(table, new Text($"{Spin()} {step}", Palette.Dim)), new Padding(2, 0, 2, 0));
    }

    private static string Result(MemberReport report) =>
        report.Failure is { } failure ? failure.Message : $"answered in {Seconds(report.Seconds)}{Tokens(report)}";

    private static string Tokens(MemberReport report) => report.CompletionTokens > 0 ? $", {Sentences.Count(report.CompletionTokens, "token")}" : "";

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s");

    private static string Preview(MemberReport report) => report.Failure?.Message ?? MarkdownText.Line(report.Text ?? "", PreviewLength);

    private string Spin() => "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[(int)(Stopwatch.GetElapsedTime(start).TotalMilliseconds / 100) % 10].ToString();
}
