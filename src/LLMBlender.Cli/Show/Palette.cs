using Spectre.Console;

namespace LLMBlender.Cli.Show;

/// <summary>The few colours that are used; what they tell is always told in text too.</summary>
internal static class Palette
{
    /// <summary>What matters less.</summary>
    public static readonly Style Dim = new(Color.Grey);

    /// <summary>What is best.</summary>
    public static readonly Style Best = new(new Color(86, 180, 160), decoration: Decoration.Bold);

    /// <summary>What is around the best.</summary>
    public static readonly Style Frame = new(new Color(86, 180, 160));

    /// <summary>A heading.</summary>
    public static readonly Style Heading = new(decoration: Decoration.Bold);

    // A wins in blue-green, loses in amber: told apart by the colour-blind too, and legible on dark and light alike.
    private static readonly (int Red, int Green, int Blue) Even = (62, 64, 68);
    private static readonly (int Red, int Green, int Blue) Wins = (18, 122, 132);
    private static readonly (int Red, int Green, int Blue) Loses = (168, 88, 28);

    /// <summary>The style of a logit's cell.</summary>
    /// <param name="logit">The logit.</param>
    /// <param name="largest">The largest of its matrix, by size.</param>
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
