using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Blending;
using LLMBlender.Cli.Fusing;
using LLMBlender.Cli.Verbs;
using LLMBlender.Inference.Models;
using Spectre.Console;

namespace LLMBlender.Cli.Show;

/// <summary>Blends as a person sees them.</summary>
internal sealed class BlendShow(IAnsiConsole console)
{
    private const int Margin = 2;

    private int Room => console.Profile.Width - 2 * Margin;

    /// <summary>Which models are at work.</summary>
    public void Title(ModelManifest ranker, LoadedFuser fuser)
    {
        console.WriteLine();
        var models = $"  ranker {ranker.Id}, {ranker.Precision}{(fuser.Writes ? $"; fuser {fuser.Title}" : "")}\n";
        console.Write(new Paragraph("  LLMBlender", Palette.Heading).Append(models, Palette.Dim));
        console.WriteLine();
    }

    /// <summary>One blend once it is ranked: instruction, ranking, matrix.</summary>
    public void Ranked(BlendWork work)
    {
        Instruction(work.Record);
        Ranking(work);
        Matrix(work);
    }

    /// <summary>That a fuser begins to write; what it writes goes to what comes back.</summary>
    public StreamedText Fusing(LoadedFuser fuser, int candidates)
    {
        Heading("The fused answer", $"by {fuser.Fuser.Name}, from the best {(candidates == 1 ? "one" : $"{candidates}")}");
        return new StreamedText(console, 2 * Margin, Style.Plain);
    }

    /// <summary>What is given, the fused answer or the best candidate, and why.</summary>
    public void Decided(BlendWork work, TimeSpan time)
    {
        var outcome = work.Outcome;
        var margin = outcome.Margin?.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);
        var verdict = (outcome.Answer.Failure, margin, outcome.Given) switch
        {
            ({ } failure, _, _) => failure.Message,
            (_, null, _) => "given, without being compared with the best candidate",
            (_, _, BlendGiven.Fused) => $"given: the ranker finds it no worse than the best candidate, by {margin}",
            _ => $"not given: the ranker finds it worse than the best candidate, by {margin}",
        };
        var tokens = Sentences.Count(outcome.Answer.Usage.CompletionTokens, "token");
        console.Write(new Text(string.Create(CultureInfo.InvariantCulture, $"  {verdict} ({tokens} in {time.TotalSeconds:0.00} s)\n\n"), Palette.Dim));
    }

    /// <summary>The best candidate, as the answer that is given.</summary>
    public void Answer(BlendWork work)
    {
        Heading("The answer", $"by {Name(work, BestOf(work))}");
        Indented(new Panel(new Text(work.Outcome.Text.Trim()))
        {
            Border = BoxBorder.Rounded,
            BorderStyle = Palette.Frame,
            Padding = new Padding(1, 0),
            Expand = true,
        });
    }

    /// <summary>Many blends, a line each: the instruction, and who answered it from best to worst.</summary>
    public void Overview(IReadOnlyList<BlendWork> works)
    {
        Heading("Every instruction, and who answered it best", "the others follow in order");
        var table = Plain("", "", "");
        table.Columns[0].RightAligned();
        var room = (Room - 8) / 2;
        foreach (var (work, index) in works.Select((work, index) => (work, index)))
        {
            var names = work.Ranking.Order.Select(i => Name(work, i)).ToList();
            var others = string.Join(' ', names.Skip(1));
            table.AddRow(
                new Text($"{index + 1}", Palette.Dim),
                new Text(Shortened(work.Record.Instruction, room)),
                new Paragraph(names[0], Palette.Best).Append(" " + Shortened(others, Room - room - 9 - names[0].Length), Palette.Dim));
        }

        Indented(table.HideHeaders());
    }

    /// <summary>Who was best how often.</summary>
    public void Winners(IReadOnlyList<BlendWork> works)
    {
        Heading("Best answers by member", "");
        var wins = works.GroupBy(work => work.Best.Model ?? "?", StringComparer.Ordinal).Select(group => (Name: group.Key, Count: group.Count()))
            .OrderByDescending(win => win.Count).ThenBy(win => win.Name, StringComparer.Ordinal).ToList();
        var width = wins.Max(win => win.Name.Length);
        foreach (var (name, count) in wins)
        {
            var bar = new string('█', Math.Max(1, count * Math.Min(36, Room - width - 6) / wins[0].Count));
            console.Write(new Paragraph($"  {name.PadRight(width)}  ").Append(bar, Palette.Best).Append($" {count}\n"));
        }

        if (wins.Count > 1)
        {
            console.Write(new Text("\n  No member is best everywhere. That is why blending pays.\n"));
        }

        console.WriteLine();
    }

    /// <summary>What it took.</summary>
    public void Cost(int blends, int answers, int comparisons, TimeSpan time)
    {
        var seconds = Math.Max(1e-3, time.TotalSeconds);
        var rate = comparisons == 0 ? "" : $", {comparisons / seconds:N0} a second";
        var what = blends == 1 ? Sentences.Count(answers, "answer") : $"{blends} instructions, {Sentences.Count(answers, "answer")}";
        console.Write(new Text(
            string.Create(CultureInfo.InvariantCulture, $"  {what}: {Sentences.Count(comparisons, "comparison")} in {seconds:0.00} s{rate}\n"),
            Palette.Dim));
    }

    /// <summary>What to try next.</summary>
    public void Hint(string what, string command)
    {
        console.Write(new Text($"\n  {what}\n", Palette.Dim));
        console.Write(new Text($"  {command}\n\n"));
    }

    // The first that says something, which the first need not.
    private static int BestOf(BlendWork work) =>
        Array.Find(work.Ranking.Order, i => work.Record.Candidates[i].Text == work.Outcome.Best);

    private static string Name(BlendWork work, int candidate) => work.Record.Candidates[candidate].Model ?? $"#{candidate + 1}";

    private static string Shortened(string text, int length)
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

    private void Instruction(BlendRecord record)
    {
        Indented(new Text(record.Instruction, Palette.Heading));
        if (!string.IsNullOrEmpty(record.Input))
        {
            Indented(new Text(Shortened(record.Input, 2 * Room - 1), Palette.Dim));
        }

        console.WriteLine();
    }

    private void Ranking(BlendWork work)
    {
        var table = Plain("rank", "member", "score", "answer");
        table.Columns[0].RightAligned();
        table.Columns[2].RightAligned();
        var names = work.Ranking.Order.Select(i => Shortened(Name(work, i), 20)).ToList();
        var room = Room - 4 - names.Max(name => name.Length) - 7 - 8;
        foreach (var (i, name) in work.Ranking.Order.Zip(names))
        {
            var style = work.Ranking.Ranks[i] == 1 ? Palette.Best : Style.Plain;
            table.AddRow(
                new Text($"{work.Ranking.Ranks[i]}", style),
                new Text(name, style),
                new Text(work.Ranking.Scores[i].ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture), style),
                new Text(Shortened(work.Record.Candidates[i].Text, room)));
        }

        Indented(table);
        console.WriteLine();
    }

    private void Matrix(BlendWork work)
    {
        if (work.Record.Candidates.Length == 1)
        {
            return;
        }

        Heading("Who beats whom", "logit of row against column; above 0, the row is better");
        HeatMap.Write(console, work.Matrix, work.Ranking.Order, [.. Enumerable.Range(0, work.Record.Candidates.Length).Select(i => Name(work, i))]);
        console.WriteLine();
    }

    private void Heading(string text, string remark)
    {
        console.Write(new Paragraph($"  {text}", Palette.Heading).Append(remark.Length == 0 ? "\n" : $"  {remark}\n", Palette.Dim));
    }

    private void Indented(Spectre.Console.Rendering.IRenderable content)
    {
        console.Write(new Padder(content, new Padding(Margin, 0, Margin, 0)));
    }
}
