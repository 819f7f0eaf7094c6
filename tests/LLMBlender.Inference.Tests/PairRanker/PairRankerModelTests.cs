using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Inference.Tests.PairRanker;

public sealed class PairRankerModelTests(TinyRanker tiny) : IClassFixture<TinyRanker>
{
    private const float Fp32Tolerance = 2e-5f;

    public static TheoryData<string> Groups => [.. ReferenceCases.Load().Select(group => group.Name)];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Compare_ReferenceGroup_GivesTheReferencesMatrices(string name)
    {
        var group = Group(name);
        using var ranker = Load(group);

        Assert.All(group.Records.Where(record => !record.SpellsControlTokens), record =>
        {
            var encoded = ranker.Encode(record.Source, record.Candidates);
            var (pairs, logits) = CompareAll(ranker, encoded);
            Assert.All(pairs.Zip(logits), entry =>
                Assert.Equal(record.Matrix[entry.First.First][entry.First.Second], entry.Second, Fp32Tolerance));
        });
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Encode_ReferenceGroup_GivesTheReferencesIds(string name)
    {
        var group = Group(name);
        using var ranker = Load(group);

        Assert.All(group.Records.Where(record => !record.SpellsControlTokens), record =>
        {
            var encoded = ranker.Encode(record.Source, record.Candidates);
            Assert.Equal(record.SourceIds, encoded.Source.ToArray());
            if (record.FirstPairIds is { } expected)
            {
                var row = new int[encoded.PairLength(0, 1)];
                PairLayout.Write(ranker.Manifest.Tokens!, encoded, 0, 1, row, new long[3]);
                Assert.Equal(expected, row);
            }
        });
    }

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.Int8)]
    [InlineData(Precision.Int8Weights)]
    [InlineData(Precision.Int4)]
    public void Compare_ManyRecordsAtOnce_EqualsOnePairAtATime(Precision precision)
    {
        using var ranker = tiny.Load(precision, new PairRankerOptions { BatchTokens = 4096 });
        var comparisons = ReferenceCases.Load().SelectMany(group => group.Records).SelectMany(record =>
        {
            var encoded = ranker.Encode(record.Source, record.Candidates);
            return new[] { new Comparison(encoded, 0, 1), new Comparison(encoded, 1, 0) };
        }).ToArray();

        var together = new float[comparisons.Length];
        ranker.Compare(comparisons, together);

        Assert.All(comparisons.Zip(together), entry =>
        {
            var alone = new float[1];
            ranker.Compare([entry.First], alone);
            Assert.Equal(alone[0], entry.Second, 1e-5f);
        });
    }

    [Theory]
    [InlineData(Precision.Float16, 0.003)]
    [InlineData(Precision.Int8, 0.1)]
    [InlineData(Precision.Int8Weights, 0.05)]
    [InlineData(Precision.Int4, 0.6)]
    public void Compare_LowerPrecision_StaysNearTheReference(Precision precision, double meanDifference)
    {
        using var ranker = tiny.Load(precision);
        var differences = Group("main_bs1_no_instructions").Records.SelectMany(record =>
        {
            var (pairs, logits) = CompareAll(ranker, ranker.Encode(record.Source, record.Candidates));
            return pairs.Zip(logits, (pair, logit) => Math.Abs(record.Matrix[pair.First][pair.Second] - logit));
        });

        Assert.InRange(differences.Average(), 0, meanDifference);
    }

    [Fact]
    public void Compare_Cancelled_StopsBeforeTheNextBatch()
    {
        using var ranker = tiny.Load(options: new PairRankerOptions { BatchTokens = 1 });
        var record = ranker.Encode("source", ["a", "b", "c"]);
        using var cancellationToken = new CancellationTokenSource();
        var batches = 0;

        Assert.Throws<OperationCanceledException>(() => ranker.Compare(
            [new(record, 0, 1), new(record, 1, 2), new(record, 2, 0)],
            new float[3],
            _ =>
            {
                batches++;
                cancellationToken.Cancel();
            },
            cancellationToken.Token));
        Assert.Equal(1, batches);
    }

    [Fact]
    public void Compare_WarmedUp_AllocatesLittleAPair()
    {
        using var ranker = tiny.Load();
        var record = ranker.Encode("Which is longer?", ["A short answer.", "An answer that is quite a bit longer than that."]);
        var comparisons = Enumerable.Repeat(new Comparison(record, 0, 1), 400).ToArray();
        var logits = new float[comparisons.Length];
        ranker.Compare(comparisons, logits);

        var before = GC.GetAllocatedBytesForCurrentThread();
        ranker.Compare(comparisons, logits);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / comparisons.Length;

        Assert.True(each < 256, $"{each} bytes a pair");
    }

    [Fact]
    public void Compare_InBucketsOfShapes_GivesTheSameLogits()
    {
        using var exact = tiny.Load();
        using var bucketed = tiny.Load(options: new PairRankerOptions { HasShapeBuckets = true, BatchTokens = 2048 });
        var comparisons = ReferenceCases.Load().SelectMany(group => group.Records).SelectMany(record =>
        {
            var encoded = exact.Encode(record.Source, record.Candidates);
            return new[] { new Comparison(encoded, 0, 1), new Comparison(encoded, 1, 0) };
        }).ToArray();

        var (expected, actual) = (new float[comparisons.Length], new float[comparisons.Length]);
        var without = exact.CompareCounting(comparisons, expected);
        var with = bucketed.CompareCounting(comparisons, actual);

        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.True(with > without, $"{with} tokens computed in buckets, {without} without");
    }

    [Fact]
    public void WarmUp_OnAProcessor_KeepsTheSizeOfBatches()
    {
        using var ranker = tiny.Load();

        var report = ranker.WarmUp(TestContext.Current.CancellationToken);

        Assert.Equal((1, 2048), (report.Shapes, report.BatchTokens));
    }

    [Fact]
    public void WarmUp_InBucketsWithMeasuredBatches_LeavesLogitsAsTheyAre()
    {
        using var exact = tiny.Load();
        using var warm = tiny.Load(options: new PairRankerOptions { HasShapeBuckets = true, MeasuresBatches = true, SourceMaxLength = 32, CandidateMaxLength = 16 });
        var record = warm.Encode("Which is longer?", ["A short answer.", "An answer that is quite a bit longer than that."]);

        var report = warm.WarmUp(TestContext.Current.CancellationToken);

        Assert.Contains(report.Curve, point => point.Tokens == report.BatchTokens);
        Assert.InRange(report.Shapes, 4, 100);
        Assert.Equal(Logit(exact, record), Logit(warm, record), 1e-5f);
    }

    [Fact]
    public void Compare_MoreBatches_AllocatesNothingForEach()
    {
        using var ranker = tiny.Load(options: new PairRankerOptions { BatchTokens = 1 });
        var record = ranker.Encode("Which is longer?", ["A short answer.", "An answer that is quite a bit longer than that."]);
        var comparisons = Enumerable.Repeat(new Comparison(record, 0, 1), 200).ToArray();
        var logits = new float[comparisons.Length];
        long Allocated(int batches)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            ranker.Compare(comparisons.AsSpan(0, batches), logits.AsSpan(0, batches));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(200);
        var (few, many) = (Allocated(10), Allocated(200));

        // The plan has an entry of 16 bytes and two of 4 for each batch, in a list that doubles.
        Assert.True(many - few < 190 * 96, $"{few} bytes for 10 batches, {many} for 200");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    public void Load_LengthWithoutRoomForText_IsRefused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => tiny.Load(options: new PairRankerOptions { SourceMaxLength = length }));

    private static float Logit(PairRankerModel ranker, EncodedRecord record)
    {
        var logits = new float[1];
        ranker.Compare([new(record, 0, 1)], logits);
        return logits[0];
    }

    private static ReferenceCases Group(string name) => ReferenceCases.Load().Single(group => group.Name == name);

    private static (Comparison[] Pairs, float[] Logits) CompareAll(PairRankerModel ranker, EncodedRecord record)
    {
        var count = record.CandidateCount;
        var pairs = Enumerable.Range(0, count * count)
            .Where(n => n / count != n % count)
            .Select(n => new Comparison(record, n / count, n % count)).ToArray();
        var logits = new float[pairs.Length];
        ranker.Compare(pairs, logits);
        return (pairs, logits);
    }

    private PairRankerModel Load(ReferenceCases group) => tiny.Load(options: new PairRankerOptions
    {
        SourceMaxLength = group.SourceMaxLength,
        CandidateMaxLength = group.CandidateMaxLength,
    });
}
