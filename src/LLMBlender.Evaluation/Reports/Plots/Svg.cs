using System.Globalization;
using System.Net;
using System.Text;

namespace LLMBlender.Evaluation.Reports.Plots;

/// <summary>An inline SVG drawing. Texts are escaped; colours are CSS variables of the page, so that light and dark themes apply.</summary>
/// <param name="width">The width in pixels.</param>
/// <param name="height">The height in pixels.</param>
/// <param name="title">The text alternative for assistive technology.</param>
internal sealed class Svg(double width, double height, string title)
{
    private readonly StringBuilder content = new();

    /// <summary>A mix of one of the page's colours with the neutral colour.</summary>
    /// <param name="color">The page's colour, such as <c>win</c>.</param>
    /// <param name="share">The colour's share, from 0 to 1; the rest is neutral.</param>
    public static string Mix(string color, double share) =>
        string.Create(CultureInfo.InvariantCulture, $"color-mix(in srgb, var(--{color}) {Math.Round(100 * Math.Clamp(share, 0, 1))}%, var(--even))");

    /// <summary>Adds a filled rectangle with a tooltip.</summary>
    public Svg Rectangle(double x, double y, double w, double h, string fill, string hint) => Add(
        $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{w:0.##}\" height=\"{h:0.##}\" style=\"fill:{fill}\"><title>{WebUtility.HtmlEncode(hint)}</title></rect>");

    /// <summary>Adds a text.</summary>
    /// <param name="x">The anchor's x coordinate.</param>
    /// <param name="y">The baseline's y coordinate.</param>
    /// <param name="text">The text.</param>
    /// <param name="anchor">start, middle or end.</param>
    /// <param name="isDim">Whether it is secondary text.</param>
    /// <param name="turn">The rotation in degrees.</param>
    /// <param name="fillBehind">The strength of the background colour, from 0 to 1.</param>
    public Svg Text(double x, double y, string text, string anchor = "start", bool isDim = false, double turn = 0, double fillBehind = 0) => Add(
        $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\"{(fillBehind > 0.55 ? " class=\"on\"" : isDim ? " class=\"dim\"" : "")}{(turn == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" transform=\"rotate({turn:0.##} {x:0.##} {y:0.##})\""))}>{WebUtility.HtmlEncode(text)}</text>");

    /// <summary>Adds a line with a colour.</summary>
    public Svg Stroke(double x1, double y1, double x2, double y2, string colour) => Add(
        $"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" style=\"stroke:{colour};stroke-width:1.5\"/>");

    /// <summary>Adds a line.</summary>
    public Svg Line(double x1, double y1, double x2, double y2, bool isBar = false) => Add(
        $"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\"{(isBar ? " class=\"bar\"" : "")}/>");

    /// <summary>Adds a dot with a tooltip.</summary>
    public Svg Dot(double x, double y, double radius, string fill, string hint) => Add(
        $"<circle cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{radius:0.##}\" style=\"fill:{fill}\"><title>{WebUtility.HtmlEncode(hint)}</title></circle>");

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"<svg viewBox=\"0 0 {width:0.##} {height:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">{content}</svg>");

    private Svg Add(FormattableString element)
    {
        content.Append(element.ToString(CultureInfo.InvariantCulture));
        return this;
    }
}
