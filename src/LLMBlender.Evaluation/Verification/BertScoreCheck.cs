using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Models;
using LLMBlender.Inference.Encoder;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Verification;

/// <summary>Compares an encoder's ids and BERTScores with those of the bert_score package.</summary>
/// <param name="model">The encoder.</param>
/// <param name="verdict">Records differences.</param>
/// <param name="tolerances">The tolerances.</param>
internal sealed class BertScoreCheck(EncoderModel model, Verdict verdict, Tolerances tolerances)
{
    /// <summary>Runs the cases.</summary>
    public void Run(CaseFile file, CancellationToken cancellationToken)
    {
        var layer = file.Root.Find("num_layers")?.GetInt32() ?? throw file.Root.Missing("num_layers", "a layer");
        var scorer = new BertScorer(model, layer);
        var candidates = Encode(scorer, file.Texts(file.Root, "candidates")!, RankCase.IntegerLists(file.Root, "candidate_ids"));
        var references = Encode(scorer, file.Texts(file.Root, "references")!, RankCase.IntegerLists(file.Root, "reference_ids"));
        Check(file, "plain", scorer, candidates, references, cancellationToken);
        if (file.Root.Find("idf") is not null)
        {
            scorer.Rarity = new TokenRarity(references);
            CheckRarity(file, scorer.Rarity);
            Check(file, "idf", scorer, candidates, references, cancellationToken);
        }

        if (file.Root.Find("embedding_of_first_candidate") is not null)
        {
            var states = model.States([candidates[0]], layer, cancellationToken)[0];
            var (expected, quantity) = (file.Floats(file.Root, "embedding_of_first_candidate"), verdict.Of("hidden states", tolerances.Value));
            for (var i = 0; i < expected.Length; i++)
            {
                quantity.Compare(expected[i], i < states.Length ? states[i] : double.NaN, "embedding_of_first_candidate");
            }
        }
    }

    private int[][] Encode(BertScorer scorer, string[] texts, int[][] expected)
    {
        var hasBytes = model.Tokenizer.Find("<0x00>") is not null;
        for (var i = 0; i < texts.Length; i++)
        {
            // The package uses the slow tokenizer, which encodes characters without a piece as bytes.
            if (hasBytes && expected[i].Any(id => model.Tokenizer.Decode([id]).StartsWith("<0x", StringComparison.Ordinal)))
            {
                verdict.Skip("bert_score's slow tokenizer spells unknown characters in bytes, and the checkpoint's fast one doesn't");
            }
            else
            {
                verdict.Of("ids", 0).CompareExactly(expected[i], scorer.Encode(texts[i]), texts[i]);
            }
        }

        // Scores are compared for the recorded ids, even if the model's ids differ.
        return expected;
    }

    private void CheckRarity(CaseFile file, TokenRarity rarity)
    {
        var weights = RecordFields.Of(file.Root.Find("idf_weights") ?? throw file.Root.Missing("idf_weights", "weights by id"), "idf_weights");
        foreach (var weight in weights.Element.EnumerateObject())
        {
            var id = int.Parse(weight.Name, System.Globalization.CultureInfo.InvariantCulture);
            verdict.Of("idf weights", 1e-9).Compare(weight.Value.GetDouble(), rarity[id], weights.Name(weight.Name));
        }
    }

    private void Check(
        CaseFile file, string mode, BertScorer scorer, int[][] candidates, int[][] references, CancellationToken cancellationToken)
    {
        var expected = RecordFields.Of(file.Root.Find(mode) ?? throw file.Root.Missing(mode, "P, R and F1"), mode);
        var (precision, recall, f1) = (file.Floats(expected, "P"), file.Floats(expected, "R"), file.Floats(expected, "F1"));
        var (left, right) = (scorer.Read(candidates, cancellationToken), scorer.Read(references, cancellationToken));
        var quantity = verdict.Of("BERTScore", tolerances.Value);
        for (var i = 0; i < left.Length; i++)
        {
            var score = BertScore.Of(left[i], right[i]);
            quantity.Compare(precision[i], score.Precision, $"{mode}.P[{i}]");
            quantity.Compare(recall[i], score.Recall, $"{mode}.R[{i}]");
            quantity.Compare(f1[i], score.F1, $"{mode}.F1[{i}]");
        }
    }
}
