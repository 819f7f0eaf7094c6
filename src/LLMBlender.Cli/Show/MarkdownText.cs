using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Spectre.Console;
using Spectre.Console.Rendering;
using MarkdownTable = Markdig.Extensions.Tables.Table;
using MarkdownRow = Markdig.Extensions.Tables.TableRow;
using Table = Spectre.Console.Table;

namespace LLMBlender.Cli.Show;

/// <summary>
/// Markdown on a terminal: headings, lists, quotes, tables and code as CommonMark and GitHub define them. HTML and anything unknown is shown as it
/// was written.
/// </summary>
internal static class MarkdownText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseTaskLists().UseEmphasisExtras().Build();
    private static readonly Style Code = new(new Color(86, 180, 160));
    private static readonly Style Strong = new(decoration: Decoration.Bold);
    private static readonly Style Emphasis = new(decoration: Decoration.Italic);
    private static readonly Style Struck = new(decoration: Decoration.Strikethrough);

    /// <summary>Renders a text.</summary>
    public static IRenderable Of(string markdown) => Blocks(Markdown.Parse(markdown.Trim(), Pipeline), markdown.Trim(), isTight: false);

    /// <summary>The beginning of a text in one line, without marks.</summary>
    /// <param name="markdown">The text.</param>
    /// <param name="length">Characters to read at most.</param>
    public static string Line(string markdown, int length) =>
        string.Join(' ', Markdown.ToPlainText(markdown[..Math.Min(markdown.Length, length)], Pipeline).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static Rows Blocks(ContainerBlock container, string source, bool isTight)
    {
        var rows = new List<IRenderable>();
        foreach (var block in container.Where(static block => block is not LinkReferenceDefinitionGroup))
        {
            if (rows.Count > 0 && !isTight)
            {
                rows.Add(Text.Empty);
            }

            rows.Add(Block(block, source));
        }

        return new Rows(rows);
    }

    private static IRenderable Block(Block block, string source) => block switch
    {
        HeadingBlock heading => Inlines(heading.Inline, Palette.Heading),
        ParagraphBlock paragraph => Inlines(paragraph.Inline, Style.Plain),
        ListBlock list => List(list, source),
        QuoteBlock quote => Beside("│ ", Palette.Dim, Blocks(quote, source, isTight: false)),
        CodeBlock code => CodeOf(code),
        MarkdownTable table => TableOf(table, source),
        ThematicBreakBlock => new Rule { Style = Palette.Dim },
        ContainerBlock other => Blocks(other, source, isTight: false),
        _ => new Text(source[block.Span.Start..Math.Min(source.Length, block.Span.End + 1)]),
    };

    private static Rows List(ListBlock list, string source)
    {
        var number = int.TryParse(list.OrderedStart, out var first) ? first : 1;
        var isTight = !list.IsLoose;
        var rows = new List<IRenderable>();
        foreach (var item in list.OfType<ListItemBlock>())
        {
            if (rows.Count > 0 && !isTight)
            {
                rows.Add(Text.Empty);
            }

            rows.Add(Beside(list.IsOrdered ? $"{number++}. " : "• ", Style.Plain, Blocks(item, source, isTight: true)));
        }

        return new Rows(rows);
    }

    // Code keeps its line breaks and indentation; it is set in, so that it can be told from text without colour.
    private static Padder CodeOf(CodeBlock code)
    {
        var lines = code.Lines.ToString().TrimEnd('\n');
        var language = (code as FencedCodeBlock)?.Info;
        var text = new Paragraph();
        if (!string.IsNullOrEmpty(language))
        {
            text.Append($"{language}\n", Palette.Dim);
        }

        return new Padder(text.Append(lines, Code), new Padding(4, 0, 0, 0));
    }

    private static Table TableOf(MarkdownTable table, string source)
    {
        var shown = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        var rows = table.OfType<MarkdownRow>().ToList();
        var columns = rows.Max(static row => row.Count);
        for (var i = 0; i < columns; i++)
        {
            var heading = rows[0].IsHeader ? Cell(rows[0], i, source) : Text.Empty;
            shown.AddColumn(new TableColumn(heading)
            {
                Alignment = i < table.ColumnDefinitions.Count ? Justified(table.ColumnDefinitions[i].Alignment) : Justify.Left,
            });
        }

        foreach (var row in rows.Where(static row => !row.IsHeader))
        {
            shown.AddRow(Enumerable.Range(0, columns).Select(i => Cell(row, i, source)));
        }

        return shown;
    }

    private static IRenderable Cell(MarkdownRow row, int column, string source) =>
        column < row.Count ? Blocks((ContainerBlock)row[column], source, isTight: true) : Text.Empty;

    private static Justify Justified(TableColumnAlign? alignment) => alignment switch
    {
        TableColumnAlign.Center => Justify.Center,
        TableColumnAlign.Right => Justify.Right,
        _ => Justify.Left,
    };

    private static Grid Beside(string mark, Style style, IRenderable content)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn { NoWrap = true, Width = mark.Length, Padding = new Padding(0, 0, 0, 0) });
        grid.AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        grid.AddRow(new Text(mark, style), content);
        return grid;
    }

    private static Paragraph Inlines(ContainerInline? inlines, Style style)
    {
        var paragraph = new Paragraph();
        Append(paragraph, inlines, style);
        return paragraph;
    }

    private static void Append(Paragraph to, ContainerInline? inlines, Style style)
    {
        foreach (var inline in inlines ?? Enumerable.Empty<Inline>())
        {
            Append(to, inline, style);
        }
    }

    private static void Append(Paragraph to, Inline inline, Style style)
    {
        switch (inline)
        {
            case LiteralInline literal:
                to.Append(literal.Content.ToString(), style);
                break;
            case CodeInline code:
                to.Append(code.Content, style.Combine(Code));
                break;
            case EmphasisInline emphasis:
                Append(to, emphasis, style.Combine(emphasis.DelimiterChar == '~' ? Struck : emphasis.DelimiterCount > 1 ? Strong : Emphasis));
                break;
            case LineBreakInline:
                // Models write verses and addresses with single line breaks, as chat programs show them.
                to.Append("\n", style);
                break;
            case LinkInline link:
                Append(to, link, style);
                if (link.Url is { Length: > 0 } url && url != (link.FirstChild as LiteralInline)?.Content.ToString())
                {
                    to.Append($" ({url})", style.Combine(Palette.Dim));
                }

                break;
            case AutolinkInline address:
                to.Append(address.Url, style);
                break;
            case HtmlInline html:
                to.Append(html.Tag, style);
                break;
            case HtmlEntityInline entity:
                to.Append(entity.Transcoded.ToString(), style);
                break;
            case TaskList task:
                to.Append(task.Checked ? "[x]" : "[ ]", style);
                break;
            case ContainerInline container:
                Append(to, container, style);
                break;
        }
    }
}
