using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Verification;

/// <summary>
/// Compares a fuser with the reference: encoder states, teacher-forced logits, greedy and beam answers (<c>cases.json</c>), and
/// the fuser's sources, their ids and its answers (<c>fuser.json</c>, or compressed as <c>fuser.json.gz</c>).
/// </summary>
public sealed class GeneratorCheck : IDisposable
{
    /// <summary>The supported files.</summary>
    public static readonly string[] Files = ["cases.json", "fuser.json", "fuser.json.gz"];

    private readonly GenFuserModel model;
    private readonly Tolerances tolerances;
    private readonly Verdict verdict;

    /// <param name="folder">The model's folder.</param>
    /// <param name="manifest">The model's manifest.</param>
    /// <param name="verdict">Records differences.</param>
    public GeneratorCheck(string folder, ModelManifest manifest, Verdict verdict)
    {
        this.verdict = verdict;
        tolerances = Tolerances.Of(manifest.Precision);
        model = Loading.Guard(folder, () => GenFuserModel.Load(folder));
    }

    /// <summary>Runs all files of cases that exist.</summary>
    public void Run(string cases, CancellationToken cancellationToken)
    {
        using (var file = CaseFile.Find(cases, Files[0]))
        {
            file?.Use(found => CheckCases(found, cancellationToken));
        }

        using var sources = CaseFile.Find(cases, Files[1]) ?? CaseFile.Find(cases, Files[2]);
        sources?.Use(found => new FuserCheck(model, verdict, tolerances).Run(found, cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private void CheckCases(CaseFile file, CancellationToken cancellationToken)
    {
        var prompts = new List<int[]>();
        foreach (var one in file.Objects(file.Root, "cases"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ids = file.Integers(one, "input_ids");
            prompts.Add(ids);
            if (one.OptionalText("prompt") is { } prompt)
            {
                verdict.Of("prompt ids", 0).CompareExactly(ids, model.Tokenizer.Encode(prompt), one.Path);
            }

            CheckNumbers(file, one, ids);
            if (tolerances.Ranks)
            {
                CheckAnswers(file, one, ids, cancellationToken);
            }
        }

        foreach (var batch in tolerances.Ranks && file.Root.Find("batches") is not null ? file.Objects(file.Root, "batches") : [])
        {
            CheckBatch(file, batch, prompts, cancellationToken);
        }
    }

    private void CheckNumbers(CaseFile file, RecordFields one, int[] ids)
    {
        if (one.Find("encoder_last_hidden_state") is not null)
        {
            Compare(verdict.Of("encoder states", tolerances.Value), file.Floats(one, "encoder_last_hidden_state"), model.Encode([ids]), one.Path);
        }

        if (one.Find("logits") is not null)
        {
            var logits = model.Score(ids, file.Integers(one, "decoder_input_ids"));
            Compare(verdict.Of("teacher-forced logits", tolerances.Logit), file.Floats(one, "logits"), logits, one.Path);
        }
    }

    private void CheckAnswers(CaseFile file, RecordFields one, int[] ids, CancellationToken cancellationToken)
    {
        var limit = new GenerationOptions { MaxNewTokens = one.Find("max_new_tokens")?.GetInt32() ?? 20 };
        if (one.Find("greedy") is { } likeliest)
        {
            var greedy = RecordFields.Of(likeliest, one.Name("greedy"));
            var text = model.Generate([ids], limit, cancellationToken: cancellationToken)[0][0];
            verdict.Of("greedy ids", 0).CompareExactly(Unpadded(file.Integers(greedy, "ids")), text.Ids, one.Path);
            verdict.Of("greedy texts", 0).CompareExactly(Characters(greedy.Text("text")), Characters(text.Text), one.Path);
        }

        if (one.Find("beam4") is { } searched)
        {
            var beam = RecordFields.Of(searched, one.Name("beam4"));
            var expected = RankCase.IntegerLists(beam, "sequences");
            var texts = model.Generate([ids], limit with { Beams = 4, ReturnSequences = expected.Length }, cancellationToken: cancellationToken)[0];
            var scores = file.Floats(beam, "scores");
            for (var i = 0; i < expected.Length; i++)
            {
                verdict.Of("beam ids", 0).CompareExactly(Unpadded(expected[i]), texts[i].Ids, $"{one.Path}, beam {i}");
                verdict.Of("beam scores", tolerances.Logit).Compare(scores[i], texts[i].Score, $"{one.Path}, beam {i}");
            }

            verdict.Of("beam texts", 0).CompareExactly(Characters(beam.Text("text")), Characters(texts[0].Text), one.Path);
        }
    }

    private void CheckBatch(CaseFile file, RecordFields batch, List<int[]> prompts, CancellationToken cancellationToken)
    {
        int[][] chosen = [.. file.Integers(batch, "prompts").Select(i => prompts[i])];
        var limit = new GenerationOptions { MaxNewTokens = batch.Find("max_new_tokens")?.GetInt32() ?? 20 };
        foreach (var (field, beams) in new[] { ("greedy", 1), ("beam4", 4) })
        {
            var expected = RankCase.IntegerLists(batch, field);
            var texts = model.Generate(chosen, limit with { Beams = beams }, cancellationToken: cancellationToken);
            for (var i = 0; i < expected.Length; i++)
            {
                verdict.Of($"batched {field} ids", 0).CompareExactly(Unpadded(expected[i]), texts[i][0].Ids, $"{batch.Path}[{i}]");
            }
        }

        if (batch.Find("encoder_last_hidden_state") is not null)
        {
            CompareBatch(file, batch, chosen);
        }
    }

    // States of padding are undefined and not compared.
    private void CompareBatch(CaseFile file, RecordFields batch, int[][] prompts)
    {
        var (expected, actual) = (file.Floats(batch, "encoder_last_hidden_state"), model.Encode(prompts));
        var states = verdict.Of("encoder states", tolerances.Value);
        var row = expected.Length / prompts.Length;
        var hidden = row / prompts.Max(prompt => prompt.Length);
        for (var i = 0; i < prompts.Length; i++)
        {
            var used = prompts[i].Length * hidden;
            Compare(states, expected[(i * row)..(i * row + used)], actual[(i * row)..(i * row + used)], $"{batch.Path}[{i}]");
        }
    }

    // The reference pads the sequences of one call to the longest.
    private int[] Unpadded(int[] ids)
    {
        var pad = model.Manifest.GeneratorTokens!.Pad;
        var length = ids.Length;
        while (length > 1 && ids[length - 1] == pad)
        {
            length--;
        }

        return ids[..length];
    }

    private static int[] Characters(string text) => [.. text.Select(character => (int)character)];

    private static void Compare(Quantity quantity, float[] expected, float[] actual, string where)
    {
        if (expected.Length != actual.Length)
        {
            throw new UsageException($"{where}: the model gives {actual.Length} values where the case has {expected.Length}: these cases are another model's");
        }

        for (var i = 0; i < expected.Length; i++)
        {
            quantity.Compare(expected[i], actual[i], where);
        }
    }
}
