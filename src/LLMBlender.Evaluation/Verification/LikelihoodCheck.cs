using LLMBlender.Inference.Likelihood;
using LLMBlender.Inference.Models;

namespace LLMBlender.Evaluation.Verification;

/// <summary>Compares a BART's ids, states, logits and BARTScores with the reference's (<c>bartscore.json</c>).</summary>
public static class LikelihoodCheck
{
    /// <summary>The supported file.</summary>
    public const string File = "bartscore.json";

    /// <summary>Runs the cases, if there are any.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="manifest">The model's manifest.</param>
    /// <param name="cases">The folder of cases.</param>
    /// <param name="verdict">Records differences.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public static void Run(string folder, ModelManifest manifest, string cases, Verdict verdict, CancellationToken cancellationToken)
    {
        using var file = CaseFile.Find(cases, File);
        if (file is null)
        {
            return;
        }

        using var model = Loading.Guard(folder, () => LikelihoodModel.Load(folder));
        file.Use(found => Check(found, model, verdict, Tolerances.Of(manifest.Precision), cancellationToken));
    }

    private static void Check(CaseFile file, LikelihoodModel model, Verdict verdict, Tolerances tolerances, CancellationToken cancellationToken)
    {
        var sources = RankCase.IntegerLists(file.Root, "source_ids");
        var targets = RankCase.IntegerLists(file.Root, "target_ids");
        var (sourceTexts, targetTexts) = (file.Texts(file.Root, "sources")!, file.Texts(file.Root, "targets")!);
        CheckIds(sourceTexts, sources, model, verdict);
        CheckIds(targetTexts, targets, model, verdict);
        var scores = model.Score([.. Scored(sourceTexts, sources, model).Zip(Scored(targetTexts, targets, model))], cancellationToken);
        var expected = file.Floats(file.Root, "scores_bs1");
        for (var i = 0; i < Math.Min(expected.Length, scores.Length); i++)
        {
            verdict.Of("BARTScore", tolerances.Value).Compare(expected[i], scores[i], $"scores_bs1[{i}]");
        }

        Compare(file, "first_encoder_last_hidden_state", model.Encode(sources[0]), verdict.Of("encoder states", tolerances.Value));
        Compare(file, "first_logits_first_4_positions", model.Logits(sources[0], targets[0]), verdict.Of("logits", tolerances.Logit));
    }

    // The reference truncated texts to the length of its longest row.
    private static void CheckIds(string[] texts, int[][] expected, LikelihoodModel model, Verdict verdict)
    {
        var longest = Longest(expected);
        for (var i = 0; i < texts.Length; i++)
        {
            var ids = model.Tokenizer.EncodeTruncated(texts[i], longest);
            verdict.Of("ids", 0).CompareExactly(expected[i], ids, texts[i]);
        }
    }

    // The recorded ids are those of the unchanged texts; scores are computed for BARTScorer's preprocessed texts.
    private static IEnumerable<int[]> Scored(string[] texts, int[][] recorded, LikelihoodModel model)
    {
        var longest = Longest(recorded);
        return texts.Select(text => model.Tokenizer.EncodeTruncated(BartScoreText.Of(text), longest));
    }

    private static int Longest(int[][] rows) => rows.Max(ids => ids.Length);

    private static void Compare(CaseFile file, string field, float[] actual, Quantity quantity)
    {
        var expected = file.Root.Find(field) is null ? [] : file.Floats(file.Root, field);
        for (var i = 0; i < expected.Length; i++)
        {
            quantity.Compare(expected[i], i < actual.Length ? actual[i] : double.NaN, field);
        }
    }
}
