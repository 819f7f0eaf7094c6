using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Records;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LLMBlender.Cli.Show;

/// <summary>Writes blends to a terminal.</summary>
internal sealed class BlendShow(IAnsiConsole console)
{
    private const int Margin = 2;
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);

    private int ContentWidth => console.Profile.Width - 2 * Margin;

    /// <summary>Writes the heading with the models' names.</summary>
    public void Title(string models)
    {
        console.WriteLine();
        console.Write(new Paragraph("  LLMBlender", Palette.Heading).Append($"  {models}\n", Palette.Dim));
        console.WriteLine();
    }

    /// <summary>Writes a ranked blend: instruction, ranking, members without an answer, and matrix.</summary>
    public void Ranked(RankedBlend blend, IReadOnlyList<BlendFailure> failedMembers)
    {
        Instruction(blend.Instruction, blend.Input);
        Ranking(blend, failedMembers);
        Ranker(blend);
        Matrix(blend);
    }

    /// <summary>Writes the heading of a fused answer.</summary>
    public StreamedText Fusing(string fuser, int candidates)
    {
        Heading("The fused answer", $"by {fuser}, from the best {Best(candidates)}");
        return new StreamedText(console, 2 * Margin, Style.Plain);
    }

    /// <summary>Writes whether the fused answer or the best candidate is the answer, with the reason.</summary>
    public void Decided(BlendFusion fusion, BlendFailure? failure, TimeSpan time)
    {
        var margin = fusion.Margin?.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture)
            + (fusion.Probability is { } probability ? string.Create(CultureInfo.InvariantCulture, $" (probability {probability:0.00})") : "");
        var verdict = (failure, margin, fusion.Given) switch
        {
            ({ } problem, _, _) => problem.Message,
            (_, "", _) => "used, not compared with the best candidate",
            (_, _, BlendGiven.Fused) => $"used: not worse than the best candidate, by {margin}",
            _ => $"not used: worse than the best candidate, by {margin}",
        };
        Remark(string.Create(CultureInfo.InvariantCulture, $"{verdict} ({time.TotalSeconds:0.00} s)\n"));
    }

    /// <summary>Creates the display of a panel's members while they answer.</summary>
    public PanelProgress Progress() => new(console);

    /// <summary>Draws content anew until an operation ends, and then removes it.</summary>
    /// <param name="content">The content at a moment.</param>
    /// <param name="run">The operation.</param>
    public Task LiveAsync(Func<IRenderable> content, Func<Task> run) => console.Live(content()).AutoClear(true)
        .Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Top)
        .StartAsync(async context =>
        {
            var running = run();
            while (await Task.WhenAny(running, Task.Delay(Frame)) != running)
            {
                context.UpdateTarget(content());
            }

            await running;
        });

    /// <summary>A fused answer while it is written.</summary>
    public static IRenderable Draft(string fuser, int candidates, string text) => new Rows(
        new Paragraph("  Draft", Palette.Heading).Append($"  by {fuser}, from the best {Best(candidates)}; compared with the best candidate when it is complete", Palette.Dim),
        new Padder(MarkdownText.Of(text), new Padding(Margin, 0, Margin, 0)));

    /// <summary>Writes a fused answer that is not the answer.</summary>
    public void Rejected(string fuser, string text)
    {
        Heading("The fused draft, not used", $"by {fuser}");
        Indented(new Text(text.Trim(), Palette.Dim));
        console.WriteLine();
    }

    /// <summary>Writes a remark, such as a failed member.</summary>
    public void Remark(string text) => console.Write(new Text($"  {text}\n", Palette.Dim));

    /// <summary>Writes the answer.</summary>
    /// <param name="author">Who wrote it, such as <c>by gpt</c>; empty if unknown.</param>
    /// <param name="text">The answer.</param>
    public void Answer(string author, string text)
    {
        Heading("The answer", author);
        Indented(new Panel(MarkdownText.Of(text))
        {
            Border = BoxBorder.Rounded,
            BorderStyle = Palette.Frame,
            Padding = new Padding(1, 0),
            Expand = true,
        });
    }

    /// <summary>Writes many blends, one a line: the instruction and its members from best to worst.</summary>
    public void Overview(IReadOnlyList<RankedBlend> blends)
    {
        Heading("Every instruction, and whom the ranker puts first", "the others follow in order");
        var table = Plain("", "", "");
        table.Columns[0].RightAligned();
        var available = (ContentWidth - 8) / 2;
        foreach (var (blend, index) in blends.Select((blend, index) => (blend, index)))
        {
            var names = blend.Order.Select(blend.Name).ToList();
            var others = string.Join(' ', names.Skip(1));
            table.AddRow(
                new Text($"{index + 1}", Palette.Dim),
                new Text(Shortened(blend.Instruction, available)),
                new Paragraph(names[0], Palette.Best).Append(" " + Shortened(others, ContentWidth - available - 9 - names[0].Length), Palette.Dim));
        }

        Indented(table.HideHeaders());
    }

    /// <summary>Writes how often each member was best.</summary>
    public void Winners(IReadOnlyList<RankedBlend> blends)
    {
        Heading("First places by member", "");
        var wins = blends.GroupBy(blend => blend.Candidates[blend.Order[0]].Model ?? "?", StringComparer.Ordinal).Select(group => (Name: group.Key, Count: group.Count()))
            .OrderByDescending(win => win.Count).ThenBy(win => win.Name, StringComparer.Ordinal).ToList();
        var width = wins.Max(win => win.Name.Length);
        foreach (var (name, count) in wins)
        {
            var bar = new string('█', Math.Max(1, count * Math.Min(36, ContentWidth - width - 6) / wins[0].Count));
            console.Write(new Paragraph($"  {name.PadRight(width)}  ").Append(bar, Palette.Best).Append($" {count}\n"));
        }

        if (wins.Count > 1)
        {
            console.Write(new Text("\n  The ranker puts no member first for every instruction.\n"));
        }

        console.WriteLine();
    }

    /// <summary>Writes the numbers of answers and comparisons, and the time.</summary>
    public void Cost(int blends, int answers, int comparisons, TimeSpan time)
    {
        var seconds = Math.Max(1e-3, time.TotalSeconds);
        var rate = comparisons == 0 ? "" : $", {comparisons / seconds:N0} a second";
        var what = blends == 1 ? Sentences.Count(answers, "answer") : $"{blends} instructions, {Sentences.Count(answers, "answer")}";
        console.Write(new Text(
            string.Create(CultureInfo.InvariantCulture, $"  {what}: {Sentences.Count(comparisons, "comparison")} in {seconds:0.00} s{rate}\n"),
            Palette.Dim));
    }

    /// <summary>Writes an empty line.</summary>
    public void Gap() => console.WriteLine();

    /// <summary>Writes a command to try next.</summary>
    public void Hint(string what, string command)
    {
        console.Write(new Text($"\n  {what}\n", Palette.Dim));
        console.Write(new Text($"  {command}\n\n"));
    }

    /// <summary>A number of the best candidates in words.</summary>
    public static string Best(int candidates) => candidates == 1 ? "candidate" : $"{candidates} candidates";

    /// <summary>A text in one line of at most a number of characters, from 1.</summary>
    public static string Shortened(string text, int length)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= length ? line : string.Concat(line.AsSpan(0, Math.Max(1, length - 1)).TrimEnd(), "…");
    }

    private static Table Plain(params string[] columns)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, Palette.Dim)) { NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        }

        return table;
    }

    private void Instruction(string instruction, string? input)
    {
        Indented(new Text(instruction, Palette.Heading));
        if (!string.IsNullOrEmpty(input))
        {
            Indented(new Text(Shortened(input, 2 * ContentWidth - 1), Palette.Dim));
        }

        console.WriteLine();
    }

    private void Ranking(RankedBlend blend, IReadOnlyList<BlendFailure> failedMembers)
    {
        var table = Plain("rank", "member", "score", "answer");
        table.Columns[0].RightAligned();
        table.Columns[2].RightAligned();
        var names = blend.Order.Select(i => Shortened(blend.Name(i), 20)).ToList();
        var failed = failedMembers.Select(static failure => (Name: Shortened(failure.What, 20), failure.Message)).ToList();
        var available = ContentWidth - 4 - names.Concat(failed.Select(static one => one.Name)).Max(static name => name.Length) - 7 - 8;
        foreach (var (i, name) in blend.Order.Zip(names))
        {
            var candidate = blend.Candidates[i];
            var style = candidate.Rank == 1 ? Palette.Best : Style.Plain;
            table.AddRow(
                new Text($"{candidate.Rank}", style),
                new Text(name, style),
                new Text(candidate.Score.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture), style),
                new Text(Shortened(MarkdownText.Line(candidate.Text, 4 * Math.Max(available, 1)), available)));
        }

        foreach (var (name, message) in failed)
        {
            table.AddRow(new Text("–", Palette.Dim), new Text(name, Palette.Dim), new Text(""), new Text(Shortened(message, available), Palette.Dim));
        }

        Indented(table);
        console.WriteLine();
    }

    private void Ranker(RankedBlend blend)
    {
        if (blend.Ranking.RankerInfo is not { } ranker)
        {
            return;
        }

        var kind = $"{(ranker.Demonstration ? "demonstration " : "")}{ranker.Kind}";
        var sure = blend.Order.Length < 2 ? "."
            : ranker.Temperature is null ? ", not calibrated."
            : blend.Ranking.Probability(blend.Order[0], blend.Order[1]) is not { } probability ? "."
            : string.Create(CultureInfo.InvariantCulture, $". First better than second: probability {probability:0.00}{OfAll(blend)}.");
        Indented(new Text($"Ranked by {ranker.Name} ({kind}){sure}", Palette.Dim));
        console.WriteLine();
    }

    // With two candidates, it is the probability of the pair.
    private static string OfAll(RankedBlend blend) => blend.Ranking.Confidence is { } confidence && blend.Order.Length > 2
        ? string.Create(CultureInfo.InvariantCulture, $"; best of all {blend.Order.Length}: {confidence:0.00}")
        : "";

    private void Matrix(RankedBlend blend)
    {
        if (blend.Candidates.Length == 1 || blend.Ranking.Matrix is not { } matrix)
        {
            return;
        }

        Heading("Who beats whom", "logit of row against column; above 0, the row is better");
        HeatMap.Write(console, matrix, blend.Order, [.. Enumerable.Range(0, blend.Candidates.Length).Select(blend.Name)]);
        console.WriteLine();
    }

    private void Heading(string text, string remark)
    {
        console.Write(new Paragraph($"  {text}", Palette.Heading).Append(remark.Length == 0 ? "\n" : $"  {remark}\n", Palette.Dim));
    }

    private void Indented(IRenderable content)
    {
        console.Write(new Padder(content, new Padding(Margin, 0, Margin, 0)));
    }
}
