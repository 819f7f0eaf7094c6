using LLMBlender.Inference.Batching;

namespace LLMBlender.Inference.Tests.Batching;

public sealed class ShapeBucketsTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    [InlineData(128, 128)]
    [InlineData(129, 144)]
    [InlineData(257, 288)]
    [InlineData(500, 512)]
    [InlineData(1000, 1024)]
    public void LengthFor_AnyLength_IsTheNextBucket(int length, int bucket) => Assert.Equal(bucket, new ShapeBuckets(null).LengthFor(length));

    [Fact]
    public void LengthFor_ModelsLimit_IsItsLastBucket()
    {
        var shapes = new ShapeBuckets(510);

        Assert.Equal(510, shapes.LengthFor(500));
        Assert.Equal(510, shapes.Lengths(2048).Last());
        Assert.Equal(600, new ShapeBuckets(510).LengthFor(600));
    }

    [Fact]
    public void LengthFor_EveryLength_PadsLittleAndHasFewBuckets()
    {
        var shapes = new ShapeBuckets(null);
        for (var length = 1; length <= 8192; length++)
        {
            var bucket = shapes.LengthFor(length);
            Assert.InRange(bucket - length, 0, Math.Max(ShapeBuckets.Step, length / 8) - 1);
            Assert.Equal(bucket, shapes.LengthFor(bucket));
        }

        Assert.Equal(56, shapes.Lengths(8192).Count());
        Assert.All(shapes.Lengths(8192), length => Assert.Equal(0, length % ShapeBuckets.Step));
    }

    [Fact]
    public void RowsFor_EveryCount_TakesMostAndPadsAtMostAQuarter()
    {
        HashSet<int> seen = [];
        for (var count = 1; count <= 1024; count++)
        {
            for (var most = count; most <= count + 300; most += 50)
            {
                var (taken, rows) = ShapeBuckets.RowsFor(count, most);
                seen.Add(rows);
                Assert.InRange(taken, (2 * count / 3) + 1, count);
                Assert.InRange(rows, taken, Math.Max(taken, most));
                Assert.True((rows - taken) * 4 <= rows, $"{count} of at most {most}: {taken} in {rows}");
            }
        }

        Assert.Equal([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024], seen.Order().Where(rows => rows <= 1024));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void For_RandomLengths_GivesBucketsWithBoundedPadding(int seed)
    {
        var random = new Random(seed);
        var shapes = new ShapeBuckets(1024);
        HashSet<(int, int)> seen = [];
        for (var round = 0; round < 300; round++)
        {
            var budget = random.Next(1024, 32768);
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, 400)).Select(_ => random.Next(48, 1025))];
            var plan = BatchPlan.For(lengths, budget, shapes);
            List<int> members = [];
            for (var batch = 0; batch < plan.Count; batch++)
            {
                var (rows, length) = (plan.Rows(batch), plan.Length(batch));
                members.AddRange(plan.Members(batch).ToArray());
                seen.Add((rows, length));
                Assert.Equal(length, shapes.LengthFor(length));
                Assert.Equal((rows, rows), ShapeBuckets.RowsFor(rows, rows));
                Assert.True(rows == 1 || rows * length <= budget, $"{rows} rows of {length} in a budget of {budget}");
                Assert.All(plan.Members(batch).ToArray(), member => Assert.InRange(lengths[member], 1, length));
                var useful = plan.Members(batch).ToArray().Sum(member => lengths[member]);
                Assert.True(useful >= 0.55 * rows * length, $"{useful} useful tokens of {rows} rows of {length}");
            }

            Assert.Equal(Enumerable.Range(0, lengths.Length), members.Order());
            Assert.Equal(lengths.Sum(length => (long)length), plan.UsefulTokens);
            Assert.True(plan.UsefulTokens >= 0.55 * plan.ComputedTokens);
        }

        // Lengths times rows up to the budget: what a device ever prepares.
        Assert.InRange(seen.Count, 1, 32 * 14);
    }
}
