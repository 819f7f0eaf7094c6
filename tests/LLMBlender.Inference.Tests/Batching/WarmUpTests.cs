using LLMBlender.Inference.Batching;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.Tests.Batching;

public sealed class WarmUpTests
{
    private readonly List<(int Rows, int Length)> batches = [];

    [Fact]
    public void Run_Processor_ComputesOneBatch()
    {
        var report = Of(shapes: null, longest: 300).Run(2048, measures: false, TestContext.Current.CancellationToken);

        Assert.Equal([(1, 300)], batches);
        Assert.Equal((1, 2048, 0), (report.Shapes, report.BatchTokens, report.Curve.Count));
    }

    [Fact]
    public void Run_Accelerator_ComputesEveryShapeOfItsPlansOnce()
    {
        const int Budget = 4096;
        var shapes = new ShapeBuckets(600);
        var report = Of(shapes, 600).Run(Budget, measures: false, TestContext.Current.CancellationToken);

        Assert.Equal(batches.Count, batches.Distinct().Count());
        Assert.Equal(batches.Count, report.Shapes);
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var plan = BatchPlan.For([.. Enumerable.Range(0, random.Next(1, 200)).Select(_ => random.Next(1, 601))], Budget, shapes);
            Assert.All(Enumerable.Range(0, plan.Count), batch => Assert.Contains((plan.Rows(batch), plan.Length(batch)), batches));
        }
    }

    [Fact]
    public void Run_Measured_TakesTheKneeOfTheCurve()
    {
        // A device that takes 10 ms for anything up to 8,192 tokens, and from there on in proportion.
        var report = Of(new ShapeBuckets(512), 512, () => Math.Max(0.01, 0.01 * Tokens / 8192)).Run(16384, measures: true, TestContext.Current.CancellationToken);

        Assert.Equal(8192, report.BatchTokens);
        Assert.Equal(WarmUp.MostTokens, report.Curve[^1].Tokens);
        Assert.Equal(8192, batches.TakeLast(report.Shapes).Max(batch => batch.Rows * batch.Length));
    }

    [Fact]
    public void Run_OutOfMemory_MeasuresWhatFits()
    {
        var warmUp = new WarmUp(
            (rows, length) =>
            {
                if (rows * length > 3072)
                {
                    throw OutOfMemory();
                }

                batches.Add((rows, length));
            },
            new ShapeBuckets(512),
            512)
        { Time = action => Timed(action, 0.1) };

        Assert.Equal(3072, warmUp.Run(16384, measures: true, TestContext.Current.CancellationToken).BatchTokens);
    }

    [Fact]
    public void Measure_SlowDevice_StopsAtTheFirstBatchAboveTheLimit()
    {
        var points = Of(new ShapeBuckets(512), 512, () => WarmUp.MostSeconds * Tokens / 2000).Measure(TestContext.Current.CancellationToken);

        Assert.Equal([512, 1024, 1536, 2048], points.Select(point => point.Tokens));
    }

    [Fact]
    public void Run_Cancelled_StopsBeforeTheNextBatch()
    {
        using var cancellation = new CancellationTokenSource();
        var count = 0;
        var warmUp = new WarmUp(
            (_, _) =>
            {
                count++;
                cancellation.Cancel();
            },
            new ShapeBuckets(64),
            64);

        Assert.Throws<OperationCanceledException>(() => warmUp.Run(256, measures: false, cancellation.Token));
        Assert.Equal(1, count);
    }

    [Fact]
    public void Knee_LinearDevice_IsTheSmallestBatch() =>
        Assert.Equal(512, BatchCurve.Knee([new(512, 1000), new(1024, 1020), new(2048, 1010)]));

    [Fact]
    public void Knee_SpeedThatFalls_IsBeforeTheFall() =>
        Assert.Equal(2048, BatchCurve.Knee([new(512, 400), new(1024, 800), new(2048, 1000), new(4096, 700)]));

    private int Tokens => batches[^1].Rows * batches[^1].Length;

    private WarmUp Of(ShapeBuckets? shapes, int longest, Func<double>? seconds = null) => new((rows, length) => batches.Add((rows, length)), shapes, longest)
    {
        Time = action => Timed(action, seconds?.Invoke() ?? 0.1),
    };

    private static double Timed(Action action, double seconds)
    {
        action();
        return seconds;
    }

    // Its constructor is not public; ONNX Runtime gives one of these for a graph that is none.
    private static OnnxRuntimeException OutOfMemory() => Assert.Throws<OnnxRuntimeException>(() => new InferenceSession([1, 2, 3]));
}
