using System.Globalization;
using LLMBlender.Core.Evaluation;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Models;

/// <summary>Reads bert_score's baseline tables: a header <c>LAYER,P,R,F</c> and one line per layer.</summary>
internal static class BertScoreBaselines
{
    /// <summary>Returns a layer's baseline.</summary>
    /// <exception cref="UsageException">The file can't be read, or does not contain the layer.</exception>
    public static BertScore Read(string file, int layer)
    {
        try
        {
            foreach (var line in File.ReadLines(file).Skip(1))
            {
                if (line.Split(',') is [var number, var p, var r, var f]
                    && int.TryParse(number, CultureInfo.InvariantCulture, out var found) && found == layer)
                {
                    double[] values = [.. new[] { p, r, f }.Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
                    return new BertScore(values[0], values[1], values[2]);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new UsageException($"baseline {file}: can't be read: {e.Message}", e);
        }

        throw new UsageException($"baseline {file}: has no line of four values for layer {layer}");
    }
}
