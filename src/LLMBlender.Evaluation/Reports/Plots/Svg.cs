using System.Globalization;
using System.Net;
using System.Text;

namespace LLMBlender.Evaluation.Reports.Plots;

/// <summary>A drawing as inline SVG. Texts are data and get escaped; colours are the page's, so that light and dark both fit.</summary>
/// <param name="width">In pixels.</param>
/// <param name="height">In pixels.</param>
/// <param name="title">What it shows, for those who can't see it.</param>
internal sealed class Svg(double width, double height, string title)
{
    private readonly StringBuilder content = new();

    /// <summary>A colour between two of the page's.</summary>
    /// <param name="color">The page's colour, such as <c>win</c>.</param>
    /// <param name="share">How much of it, from 0 to 1; the rest is the even one.</param>
    public static string Mix(string color, double share) =>
        string.Create(CultureInfo.InvariantCulture, $"color-mix(in srgb, var(--{color}) {Math.Round(100 * Math.Clamp(share, 0, 1))}%, var(--even))");

    /// <summary>A filled rectangle, with a text that shows on pointing at it.</summary>
    public Svg Rectangle(double x, double y, double w, double h, string fill, string hint) => Add(
        $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{w:0.##}\" height=\"{h:0.##}\" style=\"fill:{fill}\"><title>{WebUtility.HtmlEncode(hint)}</title></rect>");

    /// <summary>A text.</summary>
    /// <param name="x">Where it is anchored.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="text">What it says.</param>
    /// <param name="anchor">start, middle or end.</param>
    /// <param name="isDim">Whether it matters less.</param>
    /// <param name="turn">Degrees by which it is turned.</param>
    /// <param name="fillBehind">How strong the colour behind it is, from 0 to 1.</param>
    public Svg Text(double x, double y, string text, string anchor = "start", bool isDim = false, double turn = 0, double fillBehind = 0) => Add(
        $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\"{(fillBehind > 0.55 ? " class=\"on\"" : isDim ? " class=\"dim\"" : "")}{(turn == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" transform=\"rotate({turn:0.##} {x:0.##} {y:0.##})\""))}>{WebUtility.HtmlEncode(text)}</text>");

    /// <summary>A line of a colour.</summary>
    public Svg Stroke(double x1, double y1, double x2, double y2, string colour) => Add(
        $"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" style=\"stroke:{colour};stroke-width:1.5\"/>");

    /// <summary>A line.</summary>
    public Svg Line(double x1, double y1, double x2, double y2, bool isBar = false) => Add(
        $"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\"{(isBar ? " class=\"bar\"" : "")}/>");

    /// <summary>A dot.</summary>
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
