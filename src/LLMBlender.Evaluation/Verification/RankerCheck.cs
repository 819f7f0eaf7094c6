using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Tokenization;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Verification;

/// <summary>Compares a ranker with LLM-Blender's recorded rank and compare calls and with PairRM-hf's pairs.</summary>
public sealed class RankerCheck : IDisposable
{
    /// <summary>The supported files.</summary>
    public static readonly string[] Files = ["rank.json", "hf_pairs.json", "api.json"];

    private const string ControlTokens = "the text contains a control token, which LLM-Blender tokenizes as one and this program as data";
    private const string Conversations = "a conversation, which is not a plain pair";

    private readonly string folder;
    private readonly Tolerances tolerances;
    private readonly Verdict verdict;
    private readonly PairRows rows;
    private readonly int ownSource;
    private readonly int ownCandidate;
    private PairRankerModel? model;
    private (int Source, int Candidate) lengths;

    /// <param name="folder">The model's folder.</param>
    /// <param name="manifest">The model's manifest.</param>
    /// <param name="verdict">Records differences.</param>
    public RankerCheck(string folder, ModelManifest manifest, Verdict verdict)
    {
        (this.folder, this.verdict) = (folder, verdict);
        tolerances = Tolerances.Of(manifest.Precision);
        rows = new PairRows(Loading.Guard(folder, () => Tokenizer.Load(folder)), manifest.Tokens!);
        (ownSource, ownCandidate) = (manifest.SourceMaxLength ?? 0, manifest.CandidateMaxLength ?? 0);
    }

    private Quantity Ids => verdict.Of("pair ids", 0);

    private Quantity Logits => verdict.Of("pair logits", tolerances.Value);

    /// <summary>Runs all files of cases that exist.</summary>
    public void Run(string cases, CancellationToken cancellationToken)
    {
        foreach (var (name, check) in new (string, Action<CaseFile, CancellationToken>)[]
        {
            (Files[0], CheckRank),
            (Files[1], CheckPairs),
            (Files[2], CheckCompare),
        })
        {
            using var file = CaseFile.Find(cases, name);
            file?.Use(found => check(found, cancellationToken));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => model?.Dispose();

    private void CheckRank(CaseFile file, CancellationToken cancellationToken)
    {
        foreach (var group in file.Objects(file.Root, "groups"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ranker = Load(Lengths(group, "rank_kwargs"));
            var records = RankCase.Read(file, group, ranker);
            foreach (var record in records)
            {
                if (record.Texts.Any(rows.SpellsControlTokens))
                {
                    verdict.Skip(ControlTokens);
                }
                else if (record.IsCutByNeighbours(lengths))
                {
                    verdict.Skip("LLM-Blender cut its candidates for the sake of its neighbours in a batch");
                }
                else
                {
                    Check(record, ranker);
                }
            }
        }
    }

    private void Check(RankCase record, PairRankerModel ranker)
    {
        var ranking = record.Rank(ranker, verdict.Of("matrix", tolerances.Value));
        if (record.Scores is { } scores)
        {
            for (var i = 0; i < scores.Length; i++)
            {
                verdict.Of("scores", tolerances.Score).Compare(scores[i], ranking.Scores[i], record.Name);
            }
        }

        if (record.Ranks is { } ranks && tolerances.Ranks)
        {
            verdict.Of("ranks", 0).CompareExactly(ranks, ranking.Ranks, record.Name);
        }

        if (record.Rows is { } expected)
        {
            CheckRow(ranker, record.Encoded, (0, 1), expected.Ids01, expected.Logit01, record.Name);
            CheckRow(ranker, record.Encoded, (1, 0), expected.Ids10, expected.Logit10, record.Name);
        }
    }

    private void CheckPairs(CaseFile file, CancellationToken cancellationToken)
    {
        foreach (var group in file.Objects(file.Root, "cases"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.Texts(group, "sources") is not { } sources)
            {
                verdict.Skip(Conversations);
                continue;
            }

            var ranker = Load(Lengths(group, "kwargs"));
            var (a, b) = (file.Texts(group, "candidates_a")!, file.Texts(group, "candidates_b")!);
            var (ids, logits) = (RankCase.IntegerLists(group, "input_ids"), file.Floats(group, "logits"));
            for (var i = 0; i < sources.Length; i++)
            {
                if (rows.SpellsControlTokens(sources[i]) || rows.SpellsControlTokens(a[i]) || rows.SpellsControlTokens(b[i]))
                {
                    verdict.Skip(ControlTokens);
                    continue;
                }

                CheckRow(ranker, ranker.Encode(sources[i], [a[i], b[i]]), (0, 1), ids[i], logits[i], $"{group.Path}[{i}]");
            }
        }
    }

    private void CheckCompare(CaseFile file, CancellationToken cancellationToken)
    {
        var (inputs, instructions) = (file.Texts(file.Root, "inputs")!, file.Texts(file.Root, "instructions"));
        var candidates = file.TextLists(file.Root, "candidates");
        var modes = RecordFields.Of(file.Root.Find("compare") ?? throw file.Root.Missing("compare", "logits by mode"), "compare");
        var (ab, ba, both) = (file.Floats(modes, "[A,B]"), file.Floats(modes, "[B,A]"), file.Floats(modes, "[A,B]+[B,A]"));
        var ranker = Load((ownSource, ownCandidate));
        var compared = verdict.Of("compare", tolerances.Score);
        for (var i = 0; i < inputs.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string[] texts = [instructions?[i] + inputs[i], candidates[i][0], candidates[i][1]];
            if (texts.Any(rows.SpellsControlTokens))
            {
                verdict.Skip(ControlTokens);
                continue;
            }

            var record = ranker.Encode(texts[0], texts[1..]);
            var logits = new float[2];
            ranker.Compare([new(record, 0, 1), new(record, 1, 0)], logits, cancellationToken: cancellationToken);
            compared.Compare(ab[i], logits[0], $"compare [A,B][{i}]");
            compared.Compare(ba[i], logits[1], $"compare [B,A][{i}]");
            compared.Compare(both[i], logits[0] - logits[1], $"compare [A,B]+[B,A][{i}]");
        }
    }

    private void CheckRow(
        PairRankerModel ranker, EncodedRecord record, (int First, int Second) pair, int[] ids, float logit, string where)
    {
        Ids.CompareExactly(ids, rows.Row(record, pair.First, pair.Second), where);
        var actual = new float[1];
        ranker.Compare([new(record, pair.First, pair.Second)], actual);
        Logits.Compare(logit, actual[0], where);
    }

    private (int Source, int Candidate) Lengths(RecordFields group, string field)
    {
        var fields = RecordFields.Of(group.Find(field) ?? throw group.Missing(field, "an object"), group.Name(field));
        return (fields.Find("source_max_length")?.GetInt32() ?? ownSource, fields.Find("candidate_max_length")?.GetInt32() ?? ownCandidate);
    }

    private PairRankerModel Load((int Source, int Candidate) wanted)
    {
        if (model is null || lengths != wanted)
        {
            model?.Dispose();
            lengths = wanted;
            model = Loading.Guard(folder, () => PairRankerModel.Load(
                folder, new PairRankerOptions { SourceMaxLength = wanted.Source, CandidateMaxLength = wanted.Candidate }));
        }

        return model;
    }
}
