using LLMBlender.Training.Data;
using LLMBlender.Training.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Runs;

/// <summary>Scores many pairs in both orders, batched by length, on several threads.</summary>
internal sealed class PairScorer(PairRankerNetwork network, PairLayout layout, int workers) : IPairScorer
{
    private const int BatchTokens = 4096;

    public required int SourceMaxLength { get; init; }

    public required int CandidateMaxLength { get; init; }

    public IReadOnlyList<(float BetterFirst, float WorseFirst)> Score(IReadOnlyList<TrainingPair> all)
    {
        TrainingPair[] pairs = [.. all.Select(Fit)];
        var results = new (float, float)[pairs.Length];
        int[] order = [.. Enumerable.Range(0, pairs.Length).OrderByDescending(Length)];
        var ranges = new List<Range>();
        for (int start = 0; start < order.Length;)
        {
            int count = Math.Clamp(BatchTokens / Length(order[start]), 1, order.Length - start);
            ranges.Add(start..(start + count));
            start += count;
        }

        Parallel.ForEach(ranges, new ParallelOptions { MaxDegreeOfParallelism = workers }, range =>
        {
            int[] chosen = order[range];
            float[] forward = Logits(chosen, pairs, swapped: false);
            float[] backward = Logits(chosen, pairs, swapped: true);
            for (int i = 0; i < chosen.Length; i++)
            {
                results[chosen[i]] = (forward[i], backward[i]);
            }
        });
        return results;

        int Length(int i) => Batch.LengthOf(pairs[i], SourceMaxLength, MostLength);
    }

    private int MostLength => CandidateMaxLength + SourceMaxLength / 2;

    private TrainingPair Fit(TrainingPair pair)
    {
        int left = SourceMaxLength - PairLayout.Length(pair.Source.Length, SourceMaxLength);
        int room = PairLayout.Room(int.MaxValue, CandidateMaxLength + left / 2);
        return pair with { Better = Fit(pair.Better, room), Worse = Fit(pair.Worse, room), Seams = null };
    }

    private static int[] Fit(int[] answer, int room) => answer.Length <= room ? answer : answer[..room];

    private float[] Logits(int[] chosen, TrainingPair[] pairs, bool swapped)
    {
        Batch batch = Batch.Of(
            [.. chosen.Select(i => pairs[i])], [.. chosen.Select(_ => swapped)], layout, SourceMaxLength, MostLength);
        using var gradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor ids = tensor(batch.Ids, [batch.Rows, batch.Length]);
        var (left, right, _, _) = network.Scores(ids, batch.Lengths, batch.Markers);
        return (left - right).mean([-1]).data<float>().ToArray();
    }
}
