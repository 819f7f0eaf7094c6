using System.Numerics.Tensors;
using LLMBlender.Inference.Models;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// Beam search with the reference's semantics (<c>BeamSearchScorer</c>, transformers 4.36): each step considers the likeliest
/// continuations, twice as many as beams; those that end are kept as finished if they are in the first half, and the others continue until
/// every beam is assigned.
/// </summary>
/// <remarks>
/// A beam keeps its row, and thus its cached keys, for its likeliest continuation. A row is copied only if two beams continue from it, into
/// the row of a beam without a continuation.
/// </remarks>
internal sealed class BeamSearch : Search
{
    // The initial score of all but the first beam in the reference, so that the first step doesn't select the same beam several times.
    private const float InitialScore = -1e9f;

    private readonly GenerationOptions options;
    private readonly int vocabulary;
    private readonly FinishedBeams finished;
    private readonly float[] shifted;
    private readonly List<(float Score, int Beam, int Token)> best = [];
    private Beam[] beams;
    private bool isDone;
    private bool isFinal;
    private int length;

    public BeamSearch(GenerationOptions options, GeneratorTokens tokens, int vocabulary)
        : base(tokens, options.Beams)
    {
        (this.options, this.vocabulary) = (options, vocabulary);
        finished = new FinishedBeams(options.Beams, options.LengthPenalty);
        shifted = new float[vocabulary];
        beams = [.. Enumerable.Range(0, Rows).Select(i => new Beam(i, i == 0 ? 0 : InitialScore, []))];
    }

    /// <inheritdoc/>
    public override bool IsDone => isDone;

    /// <inheritdoc/>
    /// <remarks>The winner is a finished beam or continues a running one: their common prefix is certain.</remarks>
    public override IReadOnlyList<int> Certain
    {
        get
        {
            var possible = isDone
                ? finished.Best(1).Select(beam => beam.Ids).ToList()
                : [.. finished.Sequences, .. beams.Select(beam => beam.Ids)];
            var common = possible[0].AsSpan();
            foreach (var ids in possible.Skip(1))
            {
                common = common[..common.CommonPrefixLength(ids)];
            }

            return common.ToArray();
        }
    }

    /// <inheritdoc/>
    public override void Advance(ReadOnlySpan<float> logits, Span<int> next, List<(int From, int To)> copies)
    {
        if (isDone)
        {
            next.Fill(Tokens.Pad);
            return;
        }

        length++;
        FindBest(logits);
        var chosen = new List<(float Score, Beam From, int Token)>(Rows);
        for (var rank = 0; rank < best.Count && chosen.Count < Rows; rank++)
        {
            var (score, beam, token) = best[rank];
            if (token != Tokens.End)
            {
                chosen.Add((score, beams[beam], token));
            }
            else if (rank < Rows)
            {
                finished.Add([.. beams[beam].Ids, token], score, length);
            }
        }

        isDone = finished.IsFull && (options.EarlyStopping || finished.Beats(best[0].Score, length));
        beams = Place(chosen, copies);
        foreach (var beam in beams)
        {
            next[beam.Row] = beam.Ids[^1];
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(int[] Ids, double Score)> Finish()
    {
        if (!isDone && !isFinal)
        {
            foreach (var beam in beams)
            {
                finished.Add(beam.Ids, beam.Score, length);
            }

            isFinal = true;
        }

        return [.. finished.Best(options.ReturnSequences).Select(beam => ((int[])[Tokens.Start, .. beam.Ids], beam.Score))];
    }

    // Finds the 2·beams likeliest continuations, best first.
    private void FindBest(ReadOnlySpan<float> logits)
    {
        best.Clear();
        for (var i = 0; i < beams.Length; i++)
        {
            var scores = logits.Slice(beams[i].Row * vocabulary, vocabulary);
            var offset = beams[i].Score - LogSum(scores);
            Offer(scores, offset, i);
        }
    }

    private void Offer(ReadOnlySpan<float> scores, float offset, int beam)
    {
        const int BlockSize = 128;
        for (var start = 0; start < scores.Length; start += BlockSize)
        {
            // A block whose maximum is too low is skipped.
            var block = scores.Slice(start, Math.Min(BlockSize, scores.Length - start));
            if (best.Count == 2 * Rows && TensorPrimitives.Max(block) + offset <= best[^1].Score)
            {
                continue;
            }

            for (var i = 0; i < block.Length; i++)
            {
                Offer(block[i] + offset, beam, start + i);
            }
        }
    }

    private void Offer(float score, int beam, int token)
    {
        if (best.Count == 2 * Rows)
        {
            if (score <= best[^1].Score)
            {
                return;
            }

            best.RemoveAt(best.Count - 1);
        }

        var at = best.Count;
        while (at > 0 && best[at - 1].Score < score)
        {
            at--;
        }

        best.Insert(at, (score, beam, token));
    }

    private float LogSum(ReadOnlySpan<float> scores)
    {
        var largest = TensorPrimitives.Max(scores);
        TensorPrimitives.Subtract(scores, largest, shifted);
        TensorPrimitives.Exp(shifted, shifted);
        return largest + MathF.Log(TensorPrimitives.Sum(shifted));
    }

    private Beam[] Place(List<(float Score, Beam From, int Token)> chosen, List<(int From, int To)> copies)
    {
        var placed = new Beam[chosen.Count];
        var isTaken = new bool[Rows];
        for (var i = 0; i < placed.Length; i++)
        {
            var (score, from, token) = chosen[i];
            var row = isTaken[from.Row] ? -1 : from.Row;
            placed[i] = new Beam(row, score, [.. from.Ids, token]);
            if (row >= 0)
            {
                isTaken[row] = true;
            }
        }

        // Only now are the rows without a continuation known.
        for (var i = 0; i < placed.Length; i++)
        {
            if (placed[i].Row < 0)
            {
                var free = Array.IndexOf(isTaken, false);
                isTaken[free] = true;
                copies.Add((chosen[i].From.Row, free));
                placed[i] = placed[i] with { Row = free };
            }
        }

        return placed;
    }

    /// <summary>A running beam.</summary>
    /// <param name="Row">The row that holds its cached keys.</param>
    /// <param name="Score">Sum of its log-probabilities.</param>
    /// <param name="Ids">Its ids, without the start token.</param>
    private sealed record Beam(int Row, float Score, int[] Ids);
}
