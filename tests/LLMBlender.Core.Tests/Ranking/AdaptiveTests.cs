using CsCheck;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class AdaptiveTests
{
    [Theory]
    [InlineData(0, 0.9, "topK")]
    [InlineData(1, 0.0, "confidence")]
    [InlineData(1, 1.0, "confidence")]
    [InlineData(1, double.NaN, "confidence")]
    public void Constructor_NumberOutOfRange_IsRefusedByName(int topK, double confidence, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new Adaptive(5, topK, confidence)).ParamName);

    [Fact]
    public void Constructor_SetConfidenceOutOfRange_IsRefusedByName() =>
        Assert.Equal("setConfidence", Assert.Throws<ArgumentOutOfRangeException>(() => new Adaptive(5, setConfidence: 1)).ParamName);

    [Fact]
    public void Rank_LessSureOfTheSet_AsksLessAndKeepsTheBest()
    {
        var random = new Random(11);
        var (sure, lax, same) = (0, 0, 0);
        for (var r = 0; r < 100; r++)
        {
            var matrix = Simulate(11, 0.3, random);
            var best = Comparer.Run(new MaxLogits(11), matrix).Best;
            var (much, little) = (Comparer.Run(new Adaptive(11, 3, 0.98, 0.98), matrix), Comparer.Run(new Adaptive(11, 3, 0.98, 0.5), matrix));
            (sure, lax) = (sure + much.Comparisons, lax + little.Comparisons);
            same += little.Best == best ? 1 : 0;
        }

        Assert.True(lax < 0.9 * sure, $"{lax} comparisons against {sure}");
        Assert.InRange(same, 95, 100);
    }

    [Fact]
    public void FirstRound_IsARing()
    {
        var engine = new Adaptive(6, start: [3, 1, 0, 5, 4, 2]);
        Assert.Equal([new(3, 1), new(1, 0), new(0, 5), new(5, 4), new(4, 2), new(2, 3)], engine.NextPairs().ToArray());
    }

    [Fact]
    public void FirstRound_WithExpectations_IsARingOfTheTwoThirdsExpectedToBeBest()
    {
        var engine = Adaptive.Best(6, [[0, 3, 1, 5, -2, 4], [0, 30, 10, 50, -20, 40]]);
        Assert.Equal([new(3, 5), new(5, 1), new(1, 2), new(2, 3)], engine.NextPairs().ToArray());
    }

    [Fact]
    public void FirstRound_ExpectationsThatAreAllEqual_IsTheRing() =>
        Assert.Equal(new Adaptive(6).NextPairs().ToArray(), new Adaptive(6, expectations: [[2, 2, 2, 2, 2, 2]]).NextPairs().ToArray());

    [Theory]
    [InlineData(1.0, 2.0)]
    [InlineData(1.0, double.NaN, 0.0)]
    [InlineData(1.0, double.PositiveInfinity, 0.0)]
    public void Constructor_ExpectationNotAFiniteNumberForEach_IsRefusedByName(params double[] expected) =>
        Assert.Equal("expectations", Assert.Throws<ArgumentException>(() => Adaptive.Best(3, [expected])).ParamName);

    // Noise-free and transitive, whatever is expected: expectations that agree, that are reversed, and that are chance.
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(0)]
    public void Rank_NoiseFree_FindsTheBestWhateverIsExpected(int sign) =>
        Gen.Select(Gen.Int[2, 12].SelectMany(n => Gen.Shuffle(Enumerable.Range(0, n).Select(i => i * 0.37f).ToArray())), Gen.Int[0, 1000]).Sample((quality, seed) =>
        {
            var random = new Random(seed);
            double[] expected = [.. quality.Select(value => sign == 0 ? random.NextDouble() : sign * Math.Pow(value + 1, 2))];
            var best = Array.IndexOf(quality, quality.Max());
            var ranking = Comparer.Run(Adaptive.Best(quality.Length, [expected]), pair => quality[pair.First] - quality[pair.Second]);
            Assert.Equal(best, ranking.Best);
            Assert.Equal(best, Comparer.Run(new Adaptive(quality.Length, expectations: [expected]), pair => quality[pair.First] - quality[pair.Second]).Best);
        });

    [Fact]
    public void Rank_AnyMatrixAndExpectations_NeverAsksMoreThanAllPairsAndIsDeterministic() =>
        Gen.Int[1, 12].SelectMany(n => Gen.Select(Gen.Float[-8, 8].Array2D[n, n], Gen.Double[-5, 5].Array[n].Array[0, 3], Gen.ULong)).Sample((matrix, expectations, seed) =>
        {
            var n = matrix.GetLength(0);
            var ranking = Comparer.Run(Adaptive.Best(n, expectations), matrix);
            var again = Comparer.Run(Adaptive.Best(n, expectations), matrix, pairs => Array.Sort(Permutation.Shuffled(pairs.Length, seed), pairs));
            Assert.InRange(ranking.Comparisons, 0, n * (n - 1));
            Assert.InRange(ranking.Rounds, 0, Adaptive.MostRounds);
            Assert.Equal(ranking.Scores, again.Scores);
            Assert.Equal((ranking.Comparisons, ranking.Rounds, ranking.Best), (again.Comparisons, again.Rounds, again.Best));
        });

    [Fact]
    public void Rank_ExpectationsThatTell_NeedFewerComparisons()
    {
        var random = new Random(5);
        var (without, with, same) = (0, 0, 0);
        for (var r = 0; r < 200; r++)
        {
            var matrix = Simulate(11, 0.3, random, out var quality);
            double[] expected = [.. quality.Select(value => value + random.NextDouble() - random.NextDouble())];
            var told = Comparer.Run(Adaptive.Best(11, [expected]), matrix);
            (without, with) = (without + Comparer.Run(Adaptive.Best(11), matrix).Comparisons, with + told.Comparisons);
            same += told.Best == Comparer.Run(new MaxLogits(11), matrix).Best ? 1 : 0;
        }

        Assert.True(with < 0.9 * without, $"{with} comparisons against {without}");
        Assert.InRange(same, 194, 200);
    }

    [Fact]
    public void Rank_SixtyFourNoisyCandidates_ComparesAtMostSixPercent()
    {
        var random = new Random(64);
        var (comparisons, same) = (0, 0);
        for (var r = 0; r < 50; r++)
        {
            var matrix = Simulate(64, 0.45, random);
            var ranking = Comparer.Run(new Adaptive(64), matrix);
            comparisons += ranking.Comparisons;
            same += ranking.Best == Comparer.Run(new MaxLogits(64), matrix).Best ? 1 : 0;
        }

        Assert.InRange(comparisons / 50.0 / (64 * 63), 0.01, 0.06);
        Assert.InRange(same, 47, 50);
    }

    [Fact]
    public void Rank_FewCandidates_EqualsMaxLogits() =>
        Gen.Int[2, 4].SelectMany(n => Gen.Float[-8, 8].Array2D[n, n]).Sample(matrix =>
        {
            var n = matrix.GetLength(0);
            var (full, adaptive) = (Comparer.Run(new MaxLogits(n), matrix), Comparer.Run(new Adaptive(n), matrix));
            Assert.Equal(full.Scores, adaptive.Scores);
            Assert.Equal(1, adaptive.Rounds);
        });

    [Fact]
    public void Posterior_MatrixHeardInFull_HasMaxLogitsScores() =>
        Gen.Int[2, 9].SelectMany(n => Gen.Float[-8, 8].Array2D[n, n]).Sample(matrix =>
        {
            var engine = new MaxLogits(matrix.GetLength(0));
            var full = Comparer.Run(engine, matrix);
            Assert.Equal(full.Scores, AdditivePosterior.Of(engine.Matrix, Permutation.Identity(matrix.GetLength(0))).Scores());
        });

    [Fact]
    public void Rank_AnyMatrix_EndsInFewRounds() =>
        Gen.Int[1, 12].SelectMany(n => Gen.Int[-4, 4].Select(quarters => quarters / 4f).Array2D[n, n]).Sample(matrix =>
            Assert.InRange(Comparer.Run(new Adaptive(matrix.GetLength(0), topK: 3), matrix).Rounds, 0, Adaptive.MostRounds));

    [Fact]
    public void Rank_CandidatesAndStartPermuted_RanksArePermuted() =>
        Gen.Int[5, 10].SelectMany(n => Gen.Select(Gen.Float[-2, 2].Array2D[n, n], Gen.Shuffle(Permutation.Identity(n)))).Sample((matrix, order) =>
        {
            var n = order.Length;
            var expected = Comparer.Run(new Adaptive(n, start: order), matrix);
            var actual = Comparer.Run(new Adaptive(n), pair => matrix[order[pair.First], order[pair.Second]]);
            Assert.Equal(order.Select(candidate => expected.Scores[candidate]), actual.Scores);
            Assert.Equal(expected.Comparisons, actual.Comparisons);
        });

    [Theory]
    [InlineData(11, 0.3, 1, 0.98, 30)]
    [InlineData(11, 0.3, 3, 0.9, 45)]
    [InlineData(64, 0.3, 1, 0.98, 241)]
    public void Rank_RankerOfKnownNoise_KeepsItsPromiseForAPartOfThePairs(
        int count, double noise, int topK, double confidence, int mostOnAverage)
    {
        var rankings = count > 32 ? 60 : 300;
        var random = new Random(7);
        var (right, comparisons) = (0, 0);
        for (var r = 0; r < rankings; r++)
        {
            var matrix = Simulate(count, noise, random);
            var (full, part) = (Comparer.Run(new MaxLogits(count), matrix), Comparer.Run(new Adaptive(count, topK, confidence, confidence), matrix));
            right += full.Best == part.Best && full.TopK(topK).ToArray().ToHashSet().SetEquals(part.TopK(topK).ToArray()) ? 1 : 0;
            comparisons += part.Comparisons;
        }

        // Two standard errors below what is promised.
        var promised = confidence - (2 * Math.Sqrt(confidence * (1 - confidence) / rankings));
        Assert.InRange(right / (double)rankings, promised, 1);
        Assert.InRange(comparisons / (double)rankings, count, mostOnAverage);
    }

    [Fact]
    public void Rank_OneSurelyTheBest_AsksOnlyTheRing()
    {
        float[] quality = [0, 0, 0, 40, 0, 0, 0, 0];
        var ranking = Comparer.Run(new Adaptive(8, topK: 1), pair => quality[pair.First] - quality[pair.Second]);
        Assert.Equal((3, 1, 8), (ranking.Best, ranking.Rounds, ranking.Comparisons));
    }

    [Fact]
    public void Rank_ATieForTheBest_EndsWithBothKnownInFull()
    {
        float[] quality = [5, 5, 0, 0, 0, 0];
        var random = new Random(3);
        var engine = new Adaptive(6);
        var noise = Enumerable.Range(0, 36).Select(_ => (float)random.NextDouble()).ToArray();
        var ranking = Comparer.Run(engine, pair => pair is { First: < 2, Second: < 2 }
            ? 0
            : quality[pair.First] - quality[pair.Second] + (pair.First < 2 ? noise[pair.Second] : pair.Second < 2 ? -noise[pair.First] : 0));
        Assert.Equal([1, 1], ranking.Ranks[..2]);
        Assert.All(Enumerable.Range(1, 5), other => Assert.True(engine.Matrix.IsRecorded(new(0, other)) && engine.Matrix.IsRecorded(new(other, 0))));
    }

    private static float[,] Simulate(int count, double noise, Random random) => Simulate(count, noise, random, out _);

    private static float[,] Simulate(int count, double noise, Random random, out double[] quality)
    {
        double Gauss() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double[] drawn = [.. Enumerable.Range(0, count).Select(_ => Gauss())];
        quality = drawn;
        var side = 0.3 * Gauss();
        var matrix = new float[count, count];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                matrix[i, j] = i == j ? 0 : (float)(drawn[i] - drawn[j] + side + (noise * Gauss()));
            }
        }

        return matrix;
    }
}
