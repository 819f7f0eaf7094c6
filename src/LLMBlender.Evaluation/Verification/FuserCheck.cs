using LLMBlender.Core.Fusion;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Verification;

/// <summary>Compares a fuser's sources with reference truncation, their ids and its answers with recorded calls.</summary>
/// <param name="model">The fuser.</param>
/// <param name="verdict">Records differences.</param>
/// <param name="tolerances">Whether answers must be equal.</param>
internal sealed class FuserCheck(GenFuserModel model, Verdict verdict, Tolerances tolerances)
{
    private const int Beams = 4;

    /// <summary>Runs every recorded call that was made with the model's tokenizer layout.</summary>
    public void Run(CaseFile file, CancellationToken cancellationToken)
    {
        foreach (var set in file.Objects(file.Root, "sets"))
        {
            var layouts = RecordFields.Of(set.Find("tokenizers") ?? throw set.Missing("tokenizers", "an object"), set.Name("tokenizers"));
            foreach (var layout in layouts.Element.EnumerateObject())
            {
                var expected = RecordFields.Of(layout.Value, layouts.Name(layout.Name));
                if (IsOwn(file, expected))
                {
                    Check(file, set, expected, cancellationToken);
                }
                else
                {
                    verdict.Skip($"made with the tokenizer layout {layout.Name}, which is not the model's");
                }
            }
        }
    }

    // A layout is the model's if it produces the recorded ids for the recorded strings.
    private bool IsOwn(CaseFile file, RecordFields expected) =>
        file.Texts(expected, "fuse_inputs")!.Zip(RankCase.IntegerLists(expected, "input_ids")).All(pair =>
            model.Tokenizer.Encode(pair.First, addSpecialTokens: false).AsSpan().StartsWith(pair.Second));

    private void Check(CaseFile file, RecordFields set, RecordFields expected, CancellationToken cancellationToken)
    {
        var (inputs, instructions, candidates) = (file.Texts(set, "inputs")!, file.Texts(set, "instructions"), file.TextLists(set, "candidates"));
        var (texts, ids) = (file.Texts(expected, "fuse_inputs")!, RankCase.IntegerLists(expected, "input_ids"));
        var limit = set.Find("candidate_maxlength")?.GetInt32() ?? model.Manifest.CandidateMaxLength!.Value;
        var composer = new SourceComposer(
            model.Tokenizer,
            FusionTemplate.Compose,
            set.Find("max_length")?.GetInt32() ?? model.Manifest.SourceMaxLength!.Value,
            limit,
            asReference: true);
        for (var i = 0; i < inputs.Length; i++)
        {
            var where = $"{set.OptionalText("name") ?? set.Path}[{i}]";
            var source = composer.Compose(instructions?[i] ?? "", inputs[i], candidates[i]);
            verdict.Of("fuser sources", 0).CompareExactly([.. texts[i].Select(c => (int)c)], [.. source.Text.Select(c => (int)c)], where);
            verdict.Of("fuser source ids", 0).CompareExactly(ids[i], source.Ids, where);
        }

        if (tolerances.Ranks && expected.Find("fused_ids") is not null)
        {
            CheckAnswers(set, ids, RankCase.IntegerLists(expected, "fused_ids"), NewTokens(set) ?? limit, cancellationToken);
        }
    }

    private void CheckAnswers(RecordFields set, int[][] prompts, int[][] answers, int limit, CancellationToken cancellationToken)
    {
        var options = new GenerationOptions { Beams = Beams, MaxNewTokens = limit };
        for (var i = 0; i < prompts.Length; i++)
        {
            var text = model.Generate([prompts[i]], options, cancellationToken: cancellationToken)[0][0];
            var expected = answers[i].AsSpan().TrimEnd(model.Manifest.GeneratorTokens!.Pad);
            verdict.Of("fused ids", 0).CompareExactly(expected, text.Ids, $"{set.OptionalText("name") ?? set.Path}[{i}]");
        }
    }

    private static int? NewTokens(RecordFields set) => set.Find("generate_kwargs") is { } kwargs
        ? RecordFields.Of(kwargs, set.Name("generate_kwargs")).Find("max_new_tokens")?.GetInt32()
        : null;
}
