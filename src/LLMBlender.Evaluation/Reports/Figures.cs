using System.Globalization;
using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Formats values for reports.</summary>
public static class Figures
{
    /// <summary>The placeholder for a missing value.</summary>
    public const string None = "–";

    /// <summary>
    /// A number with two decimal places from 2 on, four from 0.01 on, and more below, so that two digits remain; a share in percent.
    /// </summary>
    public static string Number(double value, bool isShare = false) => Number(value, value, isShare);

    /// <summary>A value with its interval: <c>0.0650 [0.0522, 0.0791]</c>.</summary>
    public static string WithInterval(Interval figure, bool isShare = false) => !figure.IsThere
        ? None
        : double.IsNaN(figure.High)
            ? Number(figure.Value, isShare)
            : $"{Number(figure.Value, Scale(figure), isShare)} [{Number(figure.Low, Scale(figure), isShare)}, {Number(figure.High, Scale(figure), isShare)}]";

    /// <summary>A difference with its interval, all with a sign: <c>+0.0120 [-0.0031, +0.0270]</c>.</summary>
    public static string Signed(Interval difference, bool isShare = false)
    {
        return double.IsNaN(difference.High) ? Sign(difference.Value) : $"{Sign(difference.Value)} [{Sign(difference.Low)}, {Sign(difference.High)}]";

        string Sign(double value) => (value > 0 ? "+" : "") + Number(value, Scale(difference), isShare);
    }

    /// <summary>Half of an interval's width: <c>±0.0134</c>.</summary>
    public static string HalfWidth(Interval figure, bool isShare = false) =>
        figure.IsThere && !double.IsNaN(figure.High) ? $"±{Number((figure.High - figure.Low) / 2, Scale(figure), isShare)}" : "";

    // The number that decides the decimal places of a value and its interval: the interval's end that is farther from 0 where the value is small.
    private static double Scale(Interval figure) => Math.Abs(figure.Value) >= 0.01
        ? figure.Value
        : new[] { figure.Value, figure.Low, figure.High }.Where(double.IsFinite).MaxBy(Math.Abs);

    private static string Number(double value, double scale, bool isShare)
    {
        if (double.IsNaN(value))
        {
            return None;
        }

        var places = isShare ? 1 : Math.Abs(scale) switch { >= 2 => 2, >= 0.01 or 0 => 4, >= 0.001 => 5, _ => 6 };
        var rounded = Math.Round(isShare ? 100 * value : value, places);

        // Adding 0 makes a negative zero positive.
        return (rounded + 0.0).ToString($"F{places}", CultureInfo.InvariantCulture);
    }
}
