using System.Diagnostics.Metrics;

namespace LLMBlender.Local.Telemetry;

/// <summary>Bucket boundaries of histograms.</summary>
public static class Buckets
{
    /// <summary>Seconds of work in this process, from 1 millisecond to 30 seconds.</summary>
    public static InstrumentAdvice<double> Seconds { get; } =
        new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };

    /// <summary>Seconds of a chat model's call or until its first chunk, as in OpenTelemetry's GenAI convention.</summary>
    public static InstrumentAdvice<double> OperationSeconds { get; } =
        new() { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] };

    /// <summary>Seconds of a workflow: as in the convention, with finer buckets for blends of fast models.</summary>
    public static InstrumentAdvice<double> WorkflowSeconds { get; } =
        new() { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200] };

    /// <summary>Tokens of a chat model's call, as in the convention.</summary>
    public static InstrumentAdvice<long> OperationTokens { get; } = new()
    {
        HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
    };

    /// <summary>Tokens of a batch.</summary>
    public static InstrumentAdvice<long> BatchTokens { get; } =
        new() { HistogramBucketBoundaries = [128, 512, 2048, 8192, 16384, 32768, 65536, 131072, 262144] };

    /// <summary>Small counts, in powers of two.</summary>
    public static InstrumentAdvice<long> Count { get; } =
        new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] };
}
