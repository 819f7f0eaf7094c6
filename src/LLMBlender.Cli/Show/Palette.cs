using Spectre.Console;

namespace LLMBlender.Cli.Show;

/// <summary>The colours used. Colour never carries information that is not in the text too.</summary>
internal static class Palette
{
    /// <summary>Secondary text.</summary>
    public static readonly Style Dim = new(Color.Grey);

    /// <summary>The best candidate.</summary>
    public static readonly Style Best = new(new Color(86, 180, 160), decoration: Decoration.Bold);

    /// <summary>The frame around the best candidate.</summary>
    public static readonly Style Frame = new(new Color(86, 180, 160));

    /// <summary>A heading.</summary>
    public static readonly Style Heading = new(decoration: Decoration.Bold);

    // Wins are blue-green, losses amber: distinguishable with colour blindness, and legible on dark and light backgrounds.
    private static readonly (int Red, int Green, int Blue) Even = (62, 64, 68);
    private static readonly (int Red, int Green, int Blue) Wins = (18, 122, 132);
    private static readonly (int Red, int Green, int Blue) Loses = (168, 88, 28);

    /// <summary>The style of a logit's cell.</summary>
    /// <param name="logit">The logit.</param>
    /// <param name="largest">The matrix's largest absolute logit.</param>
    public static Style Heat(float logit, float largest)
    {
        var share = largest > 0 ? MathF.Sqrt(Math.Min(1, Math.Abs(logit) / largest)) : 0;
        var to = logit >= 0 ? Wins : Loses;
        byte Mix(int from, int end) => (byte)(from + share * (end - from));
        return new Style(
            new Color(238, 238, 238),
            new Color(Mix(Even.Red, to.Red), Mix(Even.Green, to.Green), Mix(Even.Blue, to.Blue)));
    }
}
