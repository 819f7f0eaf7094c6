using System.Text;

namespace LLMBlender.Benchmarks;

/// <summary>Made-up records whose candidates' lengths are as uneven as models' answers are: most short, a few very long.</summary>
internal static class SkewedTexts
{
    private static readonly string[] Words =
        "the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years where much your way".Split(' ');

    /// <summary>Sources and candidates, the same each time.</summary>
    public static IReadOnlyList<(string Source, string[] Candidates)> Records(int count, int candidates)
    {
        var random = new Random(11);
        string Text(double mean) => Sentence(random, (int)Math.Clamp(mean * Math.Exp(1.1 * Normal(random)), 3, 900));
        return [.. Enumerable.Range(0, count).Select(_ => (Text(30), Enumerable.Range(0, candidates).Select(_ => Text(60)).ToArray()))];
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static string Sentence(Random random, int words)
    {
        var text = new StringBuilder();
        for (var i = 0; i < words; i++)
        {
            text.Append(i == 0 ? "" : " ").Append(Words[random.Next(Words.Length)]);
        }

        return text.Append('.').ToString();
    }
}
