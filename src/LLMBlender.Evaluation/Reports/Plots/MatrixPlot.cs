using System.Globalization;

namespace LLMBlender.Evaluation.Reports.Plots;

/// <summary>Plots a record's comparisons: the logit of row against column, best candidate first.</summary>
internal static class MatrixPlot
{
    private const double Label = 165;
    private const double Cell = 34;
    private const double Head = 24;

    /// <summary>Returns the plot.</summary>
    public static string Draw(MatrixExample example)
    {
        var n = example.Models.Length;
        var svg = new Svg(Label + (n * Cell) + 4, Head + (n * Cell) + 4, $"comparisons of record {example.Id}");
        var largest = example.Matrix.Cast<float>().Max(Math.Abs);
        for (var i = 0; i < n; i++)
        {
            svg.Text(Label + (i * Cell) + (Cell / 2), Head - 8, $"{i + 1}", "middle", isDim: true);
            svg.Text(Label - 8, Head + (i * Cell) + (Cell / 2) + 4, $"{i + 1}  {example.Models[i]}", "end");
            for (var j = 0; j < n; j++)
            {
                if (i != j)
                {
                    Draw(svg, example, i, j, largest);
                }
            }
        }

        return svg.ToString();
    }

    private static void Draw(Svg svg, MatrixExample example, int i, int j, float largest)
    {
        var logit = example.Matrix[i, j];
        var (x, y) = (Label + (j * Cell), Head + (i * Cell));
        var strength = largest > 0 ? 0.8 * Math.Sqrt(Math.Abs(logit) / largest) : 0;
        var text = logit.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);
        svg.Rectangle(x, y, Cell - 1.5, Cell - 1.5, Svg.Mix(logit >= 0 ? "win" : "loss", strength), $"{example.Models[i]} against {example.Models[j]}: {text}");
        svg.Text(x + (Cell / 2) - 1, y + (Cell / 2) + 4, text, "middle", fillBehind: strength);
    }
}
