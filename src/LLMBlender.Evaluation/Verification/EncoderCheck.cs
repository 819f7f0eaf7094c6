using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Sessions;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Verification;

/// <summary>
/// Compares an encoder's last hidden states with the reference's at positions with mask 1 (<c>cases.json</c>), and its ids and
/// BERTScores with the bert_score package's (<c>bertscore.json</c>).
/// </summary>
public static class EncoderCheck
{
    /// <summary>The supported files.</summary>
    public static readonly string[] Files = ["cases.json", "bertscore.json"];

    /// <summary>Runs the cases, if there are any.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="manifest">The model's manifest.</param>
    /// <param name="cases">The folder of cases.</param>
    /// <param name="verdict">Records differences.</param>
    /// <param name="cancellationToken">Checked before each case.</param>
    public static void Run(string folder, ModelManifest manifest, string cases, Verdict verdict, CancellationToken cancellationToken)
    {
        using var model = Loading.Guard(folder, () => EncoderModel.Load(folder, Accelerator.Cpu));
        using (var file = CaseFile.Find(cases, Files[0]))
        {
            file?.Use(found => CheckStates(found, model, manifest, verdict, cancellationToken));
        }

        using var scores = CaseFile.Find(cases, Files[1]);
        scores?.Use(found => new BertScoreCheck(model, verdict, Tolerances.Of(manifest.Precision)).Run(found, cancellationToken));
    }

    private static void CheckStates(
        CaseFile file, EncoderModel model, ModelManifest manifest, Verdict verdict, CancellationToken cancellationToken)
    {
        var states = verdict.Of("hidden states", Tolerances.Of(manifest.Precision).Value);
        foreach (var one in file.Objects(file.Root, "cases"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (ids, mask) = (file.Integers(one, "input_ids"), file.Integers(one, "attention_mask"));
            var expected = file.Floats(one, "last_hidden_state");
            var actual = model.Encode(ids, mask, file.Shape(one, "input_ids")[^1]);
            Compare(expected, actual, mask, states, one.OptionalText("name") ?? one.Path);
        }
    }

    private static void Compare(float[] expected, float[] actual, int[] mask, Quantity states, string name)
    {
        if (expected.Length != actual.Length)
        {
            throw new UsageException($"{name}: the model gives {actual.Length} values where the case has {expected.Length}: these cases are another model's");
        }

        var hidden = expected.Length / mask.Length;
        for (var i = 0; i < expected.Length; i++)
        {
            if (mask[i / hidden] == 1)
            {
                states.Compare(expected[i], actual[i], name);
            }
        }
    }
}
