using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.Batching;

/// <summary>
/// Runs a loaded model before its first request: on the CPU one batch; on an accelerator one of each shape that it will ever see, so that no
/// request waits for a kernel to be chosen or memory to be taken.
/// </summary>
/// <param name="batch">Computes a batch of rows and length, the content of which does not matter.</param>
/// <param name="shapes">The shapes of batches; null if they may have any.</param>
/// <param name="longest">The maximum number of tokens in a row.</param>
internal sealed class WarmUp(Action<int, int> batch, ShapeBuckets? shapes, int longest)
{
    /// <summary>The largest batch that is measured, in tokens.</summary>
    public const int MostTokens = 1 << 16;

    /// <summary>Seconds of a batch, above which no larger one is measured: the next request would wait as long.</summary>
    public const double MostSeconds = 1;

    private const int UsualLength = 512;
    private const int Repeats = 2;

    /// <summary>Seconds that an action takes; replaced by tests.</summary>
    public Func<Action, double> Time { get; init; } = static action =>
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    };

    /// <summary>Warms up.</summary>
    /// <param name="budget">The maximum number of tokens in a batch.</param>
    /// <param name="measures">Whether the curve's knee replaces the budget.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public WarmUpReport Run(int budget, bool measures, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var curve = measures ? Measure(cancellationToken) : [];
        budget = curve.Count > 0 ? BatchCurve.Knee(curve) : budget;
        var count = 0;
        foreach (var (rows, length) in Shapes(budget))
        {
            cancellationToken.ThrowIfCancellationRequested();
            batch(rows, length);
            count++;
        }

        return new WarmUpReport(count, budget, curve, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>The shapes of batches under a budget, the largest of each length first, so that memory grows once.</summary>
    public IEnumerable<(int Rows, int Length)> Shapes(int budget) => shapes is null
        ? [(1, Math.Min(longest, UsualLength))]
        : shapes.Lengths(longest).Reverse().SelectMany(length => ShapeBuckets.RowCounts(Math.Max(1, budget / length)).Reverse().Select(rows => (rows, length)));

    /// <summary>Measures the speed of growing batches of usual length, up to the device's memory and <see cref="MostSeconds"/>.</summary>
    public IReadOnlyList<BatchSpeed> Measure(CancellationToken cancellationToken)
    {
        var length = Math.Min(longest, UsualLength);
        length = shapes?.LengthFor(length) ?? length;
        List<BatchSpeed> points = [];
        foreach (var rows in ShapeBuckets.RowCounts(Math.Max(1, MostTokens / length)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                // The first run chooses kernels and takes memory.
                batch(rows, length);
                var seconds = Enumerable.Range(0, Repeats).Min(_ => Time(() => batch(rows, length)));
                points.Add(new BatchSpeed(rows * length, rows * length / Math.Max(seconds, 1e-9)));
                if (seconds > MostSeconds)
                {
                    break;
                }
            }
            catch (OnnxRuntimeException) when (points.Count > 0)
            {
                // Out of memory: the larger batches are not measured.
                break;
            }
        }

        return points;
    }
}
