using System.Text.Json;
using LLMBlender.Core.Ranking;
using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Benchmarks.OnePass;

/// <summary>A panel's texts as tokens, and the logits of all its comparisons.</summary>
/// <param name="Source">The instruction.</param>
/// <param name="Answers">The candidates.</param>
/// <param name="Matrix">The ranker's logits.</param>
/// <param name="Agreement">How much each candidate agrees with the others.</param>
internal sealed record JudgedPanel(int[] Source, int[][] Answers, float[][] Matrix, double[] Agreement)
{
    /// <summary>The candidate that all comparisons find.</summary>
    public int Best { get; } = Played.By(new MaxLogits(Matrix.Length), Matrix).Best;

    /// <summary>By how much of a logit the first of two candidates is better, whichever stood first.</summary>
    public float Advantage(int one, int other) => (Matrix[one][other] - Matrix[other][one]) / 2;

    /// <summary>Reads records and what <c>rank --matrix</c> wrote for them.</summary>
    /// <exception cref="InvalidDataException">They do not belong together.</exception>
    public static JudgedPanel[] Read(string records, string matrices, RankerTokens tokens)
    {
        var lexicon = new Lexicon(tokens.Encode);
        var panels = File.ReadLines(records).Zip(File.ReadLines(matrices), (record, judged) =>
        {
            using var texts = JsonDocument.Parse(record);
            using var logits = JsonDocument.Parse(judged);
            if (texts.RootElement.GetProperty("id").ToString() != logits.RootElement.GetProperty("id").ToString())
            {
                throw new InvalidDataException($"{records} and {matrices} must have the same records in the same order, and {matrices} has {logits.RootElement.GetProperty("id")}");
            }

            string[] answers = [.. texts.RootElement.GetProperty("candidates").EnumerateArray().Select(static one => one.GetProperty("text").GetString()!)];
            return new JudgedPanel(
                lexicon.Encode(texts.RootElement.GetProperty("instruction").GetString()!),
                Array.ConvertAll(answers, lexicon.Encode),
                [.. logits.RootElement.GetProperty("matrix").EnumerateArray().Select(static row => row.EnumerateArray().Select(static cell => cell.GetSingle()).ToArray())],
                Consensus.Of(answers));
        });
        return [.. panels];
    }
}
