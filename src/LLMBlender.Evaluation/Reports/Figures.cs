using System.Globalization;
using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Formats values for reports.</summary>
public static class Figures
{
    /// <summary>The placeholder for a missing value.</summary>
    public const string None = "–";

    /// <summary>A number with four decimal places below 2 and two above; a share in percent.</summary>
    public static string Number(double value, bool isShare = false) => double.IsNaN(value)
        ? None
        : isShare
            ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture)
            : value.ToString(Math.Abs(value) < 2 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);

    /// <summary>A value with its interval: <c>0.0650 [0.0522, 0.0791]</c>.</summary>
    public static string WithInterval(Interval figure, bool isShare = false) => figure.IsThere
        ? string.Create(CultureInfo.InvariantCulture, $"{Number(figure.Value, isShare)} [{Like(figure.Low, figure, isShare)}, {Like(figure.High, figure, isShare)}]")
        : None;

    /// <summary>Half of an interval's width: <c>±0.0134</c>.</summary>
    public static string HalfWidth(Interval figure, bool isShare = false) =>
        figure.IsThere && !double.IsNaN(figure.High) ? $"±{Like((figure.High - figure.Low) / 2, figure, isShare)}" : "";

    // Formats with as many decimal places as the value.
    private static string Like(double value, Interval figure, bool isShare) => double.IsNaN(value)
        ? None
        : isShare
            ? Number(value, true)
            : value.ToString(Math.Abs(figure.Value) < 2 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);
}
