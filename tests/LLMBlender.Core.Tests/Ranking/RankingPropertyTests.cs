using CsCheck;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

/// <summary>What holds for every ranking; <see cref="Comparer"/> also checks that each pair named is valid and named once.</summary>
public sealed class RankingPropertyTests
{
    private static readonly Gen<int> Count = Gen.Int[1, 12];

    // A coarse grid makes ties frequent, and sums exact.
    private static readonly Gen<float> Coarse = Gen.Int[-4, 4].Select(quarters => quarters / 4f);

    private static readonly Gen<float[,]> AnyMatrix = Count.SelectMany(n => Gen.OneOf(Coarse, Gen.Float[-8, 8]).Array2D[n, n]);

    // Distinct qualities, so that the latent order is strict.
    private static readonly Gen<float[]> Qualities =
        Count.SelectMany(n => Gen.Shuffle(Enumerable.Range(0, n).Select(i => i * 0.37f).ToArray()));

    public static TheoryData<string> Names => [.. RankingEngines.Names];

    public static TheoryData<string> Orders => [.. RankingEngines.Orders];

    // Those whose whole order rests on verdicts recorded, not on estimates.
    public static TheoryData<string> ExactNames => [MaxLogits.Aggregation, MaxWins.Aggregation, BubbleSort.Aggregation];

    public static TheoryData<string> FullMatrixNames => [MaxLogits.Aggregation, MaxWins.Aggregation];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rank_AnyMatrix_IsWellFormed(string name) =>
        AnyMatrix.Sample(matrix => RequireWellFormed(Comparer.Run(Engine(name, matrix), matrix)));

    [Theory]
    [MemberData(nameof(ExactNames))]
    public void Rank_AnyMatrix_AsksAtMostEveryPair(string name) =>
        AnyMatrix.Sample(matrix =>
        {
            var n = matrix.GetLength(0);
            Assert.InRange(Comparer.Run(Engine(name, matrix), matrix).Comparisons, 2 * (n - 1), n * (n - 1));
        });

    [Theory]
    [MemberData(nameof(FullMatrixNames))]
    public void Rank_CandidatesPermuted_RanksArePermuted(string name) =>
        AnyMatrix.SelectMany(WithPermutation).Sample((matrix, order) =>
        {
            var ranks = Comparer.Run(Engine(name, matrix), matrix).Ranks;
            var permuted = Comparer.Run(Engine(name, matrix), p => matrix[order[p.First], order[p.Second]]).Ranks;
            Assert.Equal(order.Select(candidate => ranks[candidate]), permuted);
        });

    [Theory]
    [MemberData(nameof(Orders))]
    public void Rank_TransitiveCandidatesPermuted_RanksArePermuted(string name) =>
        Qualities.SelectMany(q => Gen.Shuffle(Permutation.Identity(q.Length)).Select(order => (q, order)))
            .Sample((quality, order) =>
            {
                var n = quality.Length;
                var ranks = Comparer.Run(RankingEngines.Create(name, n), p => quality[p.First] - quality[p.Second]).Ranks;
                var permuted = Comparer.Run(
                    RankingEngines.Create(name, n), p => quality[order[p.First]] - quality[order[p.Second]]).Ranks;
                Assert.Equal(order.Select(candidate => ranks[candidate]), permuted);
            });

    [Theory]
    [MemberData(nameof(Orders))]
    public void Rank_AntisymmetricLogits_RecoverTheLatentOrder(string name) =>
        Qualities.Sample(quality =>
        {
            var engine = RankingEngines.Create(name, quality.Length);
            var ranking = Comparer.Run(engine, pair => quality[pair.First] - quality[pair.Second]);
            Assert.Equal(LatentOrder(quality), ranking.Order);
            Assert.Equal(quality.Length, ranking.Ranks.Distinct().Count());
        });

    [Theory]
    [MemberData(nameof(ExactNames))]
    public void Rank_TransitiveWithLeftBias_RecoversTheLatentOrder(string name) =>
        Gen.Select(Qualities, Gen.Float[-1, 1]).Sample((quality, bias) =>
        {
            // The same bias on the left side in every comparison cancels between the two orders of a pair.
            var engine = RankingEngines.Create(name, quality.Length);
            var ranking = Comparer.Run(engine, pair => MathF.Sign(quality[pair.First] - quality[pair.Second]) + (bias / 2));
            Assert.Equal(LatentOrder(quality), ranking.Order);
        });

    [Theory]
    [MemberData(nameof(Names))]
    public void Rank_LogitsHeardInAnyOrder_AreTheSame(string name) =>
        Gen.Select(AnyMatrix, Gen.ULong).Sample((matrix, seed) =>
        {
            var expected = Comparer.Run(Engine(name, matrix), matrix);
            var shuffled = Comparer.Run(
                Engine(name, matrix), matrix, pairs => Array.Sort(Permutation.Shuffled(pairs.Length, seed), pairs));
            Assert.Equal(expected.Scores, shuffled.Scores);
            Assert.Equal(expected.Order, shuffled.Order);
            Assert.Equal((expected.Comparisons, expected.Rounds), (shuffled.Comparisons, shuffled.Rounds));
        });

    [Theory]
    [MemberData(nameof(Names))]
    public void Rank_CyclicPreferences_EndWithAPermutation(string name) =>
        Gen.Select(Gen.Int[3, 12], Gen.Int[1, 11]).Sample((n, reach) =>
        {
            // Each candidate beats the next `reach` ones round the circle.
            var ranking = Comparer.Run(
                RankingEngines.Create(name, n), pair => (pair.Second - pair.First + n) % n <= reach ? 1 : -1);
            RequireWellFormed(ranking);
        });

    [Fact]
    public void BubbleSort_AnyStart_BestAndWorstAreTheEndsOfATransitiveOrder() =>
        Gen.Select(Qualities, Gen.ULong).Sample((quality, seed) =>
        {
            var n = quality.Length;
            var start = Permutation.Shuffled(n, seed);
            var latent = LatentOrder(quality);
            float Logit(CandidatePair pair) => quality[pair.First] - quality[pair.Second];

            Assert.Equal(latent, Comparer.Run(BubbleSort.WholeOrder(n, start), Logit).Order);
            var best = Comparer.Run(BubbleSort.Best(n, start), Logit);
            var worst = Comparer.Run(BubbleSort.Worst(n, start), Logit);
            Assert.Equal((latent[0], latent[^1]), (best.Best, worst.Order[^1]));
            Assert.Equal((2 * (n - 1), 2 * (n - 1)), (best.Comparisons, worst.Comparisons));
            RequireWellFormed(best);
            RequireWellFormed(worst);
        });

    [Fact]
    public void BubbleSort_AnyMatrix_FirstPassOfTheSortFindsTheSearchsBest() =>
        AnyMatrix.Sample(matrix =>
        {
            var n = matrix.GetLength(0);
            Assert.Equal(
                Comparer.Run(BubbleSort.Best(n), matrix).Best, Comparer.Run(BubbleSort.WholeOrder(n), matrix).Best);
        });

    [Fact]
    public void BubbleSort_MorePasses_FindTheSameEnd() =>
        Gen.Select(AnyMatrix, Gen.Int[2, 13]).Sample((matrix, passes) =>
        {
            var n = matrix.GetLength(0);
            Assert.Equal(
                Comparer.Run(BubbleSort.Best(n), matrix).Best,
                Comparer.Run(BubbleSort.Best(n, passes: passes), matrix).Best);
            Assert.Equal(
                Comparer.Run(BubbleSort.Worst(n), matrix).Order[^1],
                Comparer.Run(BubbleSort.Worst(n, passes: passes), matrix).Order[^1]);
        });

    [Theory]
    [MemberData(nameof(Orders))]
    public void Rank_OneToManyCandidates_RecoversTheLatentOrder(string name)
    {
        for (var n = 1; n <= 128; n++)
        {
            var quality = Permutation.Shuffled(n, seed: (ulong)n);
            var ranking = Comparer.Run(RankingEngines.Create(name, n), pair => quality[pair.First] - quality[pair.Second]);
            Assert.Equal(quality.Select(q => n - q), ranking.Ranks);
        }
    }

    private static RankingEngine Engine(string name, float[,] matrix) => RankingEngines.Create(name, matrix.GetLength(0));

    private static Gen<(float[,], int[])> WithPermutation(float[,] matrix) =>
        Gen.Shuffle(Permutation.Identity(matrix.GetLength(0))).Select(order => (matrix, order));

    private static int[] LatentOrder(float[] quality) =>
        [.. Permutation.Identity(quality.Length).OrderByDescending(i => quality[i])];

    private static void RequireWellFormed(CandidateRanking ranking)
    {
        var n = ranking.Scores.Length;
        Assert.Equal(Permutation.Identity(n), ranking.Order.Order());
        Assert.Equal(ranking.Scores.Select(s => 1 + ranking.Scores.Count(other => other > s)), ranking.Ranks);
        Assert.Equal(Permutation.Identity(n).OrderBy(i => ranking.Ranks[i]), ranking.Order);
        Assert.Equal(ranking.Order[0], ranking.Best);
        for (var k = 1; k <= n + 1; k++)
        {
            Assert.Equal(ranking.Order.Take(k), ranking.TopK(k).ToArray());
        }
    }
}
