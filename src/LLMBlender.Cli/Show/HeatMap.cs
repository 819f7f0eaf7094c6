using System.Globalization;
using LLMBlender.Core.Ranking;
using Spectre.Console;

namespace LLMBlender.Cli.Show;

/// <summary>A comparison matrix, best candidate first: coloured numbers if they fit, otherwise signs, otherwise a remark.</summary>
internal static class HeatMap
{
    private const int NumberWidth = 8;
    private const int SignWidth = 3;

    /// <summary>Writes the matrix.</summary>
    /// <param name="console">The console.</param>
    /// <param name="matrix">The logits in row-major order; NaN if a pair was not compared.</param>
    /// <param name="order">The candidates' indices from best to worst.</param>
    /// <param name="names">The candidates' names by index.</param>
    public static void Write(IAnsiConsole console, float[] matrix, int[] order, IReadOnlyList<string> names)
    {
        var label = Math.Min(20, names.Max(name => name.Length)) + 6;
        var available = (console.Profile.Width - label) / order.Length;
        var cell = available >= NumberWidth ? NumberWidth : available >= SignWidth ? SignWidth : 0;
        if (cell == 0)
        {
            console.Write(new Text($"  {order.Length} candidates are too many to show their matrix here; rank --matrix writes it.\n", Palette.Dim));
            return;
        }

        var header = string.Concat(Enumerable.Range(1, order.Length).Select(place => Centred($"{place}", cell)));
        console.Write(new Text($"{new string(' ', label)}{header}\n", Palette.Dim));
        var largest = Largest(matrix);
        for (var row = 0; row < order.Length; row++)
        {
            var name = names[order[row]];
            var line = new Paragraph($"  {row + 1,2} {(name.Length > 20 ? name[..19] + "…" : name)}".PadRight(label));
            foreach (var column in order)
            {
                Append(line, matrix, new CandidatePair(order[row], column), order.Length, cell, largest);
            }

            console.Write(line.Append("\n"));
        }
    }

    private static void Append(Paragraph line, float[] matrix, CandidatePair pair, int count, int cell, float largest)
    {
        var logit = matrix[(pair.First * count) + pair.Second];
        if (pair.First == pair.Second || float.IsNaN(logit))
        {
            line.Append(Centred(pair.First == pair.Second ? "·" : "", cell), Palette.Dim);
            return;
        }

        var text = cell == NumberWidth
            ? logit.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture)
            : logit > 0 ? "+" : logit < 0 ? "-" : "0";
        line.Append(Centred(text, cell), Palette.Heat(logit, largest));
    }

    private static string Centred(string text, int width) => text.PadLeft((width + text.Length) / 2).PadRight(width);

    private static float Largest(float[] matrix) => matrix.Max(static logit => float.IsNaN(logit) ? 0 : Math.Abs(logit));
}
