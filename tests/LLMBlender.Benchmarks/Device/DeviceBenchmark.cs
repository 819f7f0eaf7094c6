using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using LLMBlender.Abstractions;
using LLMBlender.Benchmarks.Cluster;
using LLMBlender.Inference.Batching;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Comparing;
using LLMBlender.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LLMBlender.Benchmarks.Device;

/// <summary>
/// A device from end to end: the fixtures, and pairs a second for DeBERTa shapes with random weights through the bare session, from text to
/// logits, through the queue and through the grains, round by round. <c>Device/run.sh</c> runs it, and PyTorch on the same weights and batches.
/// </summary>
internal static class DeviceBenchmark
{
    private const int Vocabulary = 4005;
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private static int fresh;

    /// <summary>Measures and writes the report.</summary>
    /// <returns>Whether every check passed.</returns>
    public static async Task<bool> RunAsync(DeviceOptions options, TemporaryFolder scratch)
    {
        var device = Accelerator.Parse(options.Device);
        Directory.CreateDirectory(options.Work);
        var report = new DeviceReport { Conditions = await ConditionsAsync(device, options) };
        report.Checks.AddRange(DeviceChecks.Run(device, scratch));
        report.Write(options.Folder);
        foreach (var (name, hidden, layers, heads) in options.Shapes)
        {
            var checkpoint = Path.Combine(options.Work, name);
            SyntheticCheckpoint.Write(checkpoint, hidden, layers, heads, Vocabulary);
            foreach (var precision in (Precision[])[Precision.Float16, Precision.Float32])
            {
                var model = ModelImport.Import(checkpoint, scratch.File($"{name}-{PrecisionNames.Of(precision)}"), precision).Path;
                report.Loads.Add(MeasureLoad(name, precision, model, device, measuresBatches: !options.IsShort || device.CudaDevice is not null));
                foreach (var length in options.Lengths)
                {
                    report.Speeds.Add(await MeasureAsync(options, name, precision, model, device, length));
                    report.Write(options.Folder);
                }
            }
        }

        return report.Checks.All(static check => check.Passed);
    }

    private static DeviceReport.Load MeasureLoad(string shape, Precision precision, string model, Accelerator device, bool measuresBatches)
    {
        var start = Stopwatch.GetTimestamp();
        using var ranker = PairRankerModel.Load(model, new PairRankerOptions { Accelerator = device, MeasuresBatches = measuresBatches });
        ranker.Compare([new Comparison(ranker.Encode("What is two and two?", ["Four.", "A number."]), 0, 1)], new float[1]);
        var first = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var warm = ranker.WarmUp();
        var memory = device.ReadMemory();
        return new(shape, PrecisionNames.Of(precision), first, warm.Duration.TotalSeconds, warm.Shapes, warm.BatchTokens, warm.Curve, memory?.Used, memory?.Total);
    }

    private static async Task<DeviceReport.Speed> MeasureAsync(
        DeviceOptions options, string shape, Precision precision, string model, Accelerator device, int length)
    {
        // Texts that are longer than these limits make pairs of this length.
        var part = length / 3;
        var settings = new PairRankerOptions { Accelerator = device, SourceMaxLength = length - (2 * part), CandidateMaxLength = part };
        var ranker = ModelRankers.Load(model, settings);
        var loaded = LoadedRanker.Create("device", ranker, device);
        using var owner = loaded.Ranker;
        var rows = ShapeBuckets.RowCounts(Math.Max(1, loaded.WarmUp!.BatchTokens / length)).Last();
        var batch = TokenBatch.Random(rows, length, Vocabulary - 5, Vocabulary - 4);
        using var session = new OnnxSession(Path.Combine(model, ModelFolder.GraphFile), device, settings.Threads);
        using var run = new BoundRun(session, "logits");
        Session(run, batch, 1);
        Save(options, $"{shape}-{PrecisionNames.Of(precision)}-{length}", shape, precision, batch, run.Output);

        var pairsOfRanking = options.Candidates * (options.Candidates - 1);
        var rankings = Math.Max(1, options.Batches * rows / pairsOfRanking);
        var pairs = rankings * pairsOfRanking;
        await using var cluster = await BenchCluster.StartAsync(0, () => loaded);
        using var queue = new CompareQueue(
            [new AcceleratorRankers("device", [loaded])], Options.Create(new CompareQueueOptions { MaxTokens = long.MaxValue / 2 }), new BlendMetrics(), NullLogger<CompareQueue>.Instance);
        var seconds = Timing.Medians(
            options.Rounds,
            () => Session(run, batch, (pairs + rows - 1) / rows),
            () => TextToLogits(ranker, Requests(options, rankings, length)),
            () => Task.WhenAll(Requests(options, rankings, length).Select(request => queue.CompareAsync(Shard(loaded, request), CancellationToken.None))).GetAwaiter().GetResult(),
            () => Task.WhenAll(Requests(options, rankings, length).Select(request => cluster.Blender.RankAsync(request))).GetAwaiter().GetResult());
        var speed = new DeviceReport.Speed(
            shape, PrecisionNames.Of(precision), length, rows, (pairs + rows - 1) / rows * rows / seconds[0], pairs / seconds[1], pairs / seconds[2], pairs / seconds[3]);
        Timing.Report($"{shape} {speed.Precision} {length} tokens: session", speed.Session, "pairs/s");
        Timing.Report("  text to logits, queue and grains, beside the session: grains", speed.GrainsToSession, "");
        return speed;
    }

    private static void Session(BoundRun run, TokenBatch batch, int times)
    {
        for (var i = 0; i < times; i++)
        {
            batch.Run(run);
        }
    }

    private static void TextToLogits(IModelRanker ranker, IReadOnlyList<RankingRequest> requests)
    {
        RecordPair[] pairs =
        [
            .. from request in requests
               let record = ranker.Encode(request.Instruction, [.. request.Candidates.Select(static candidate => candidate.Text)])
               from first in Enumerable.Range(0, request.Candidates.Length)
               from second in Enumerable.Range(0, request.Candidates.Length)
               where first != second
               select new RecordPair(record, first, second),
        ];
        ranker.Compare(pairs, new float[pairs.Length]);
    }

    private static CompareShard Shard(LoadedRanker loaded, RankingRequest request)
    {
        var count = request.Candidates.Length;
        return new CompareShard
        {
            Ranker = loaded.Identity.Version,
            Source = request.Instruction,
            Candidates = [.. request.Candidates.Select(static candidate => candidate.Text)],
            Pairs = [.. from first in Enumerable.Range(0, count) from second in Enumerable.Range(0, count) where first != second from one in (int[])[first, second] select one],
            Timeout = Patience,
        };
    }

    // New to every cache, and longer than the limits.
    private static List<RankingRequest> Requests(DeviceOptions options, int count, int length) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var number = Interlocked.Increment(ref fresh);
        var words = string.Join(' ', Enumerable.Range(0, length).Select(i => $"word{(i * 7) + number}"));
        return new RankingRequest
        {
            Instruction = $"{number} {words}",
            Candidates = [.. Enumerable.Range(0, options.Candidates).Select(candidate => new Candidate(null, $"{candidate} {words}"))],
        };
    })];

    private static void Save(DeviceOptions options, string name, string shape, Precision precision, TokenBatch batch, ReadOnlySpan<float> logits)
    {
        var path = Path.Combine(options.Work, name);
        File.WriteAllBytes(path + ".ids", MemoryMarshal.AsBytes<int>(batch.Ids));
        File.WriteAllBytes(path + ".markers", MemoryMarshal.AsBytes<long>(batch.Markers));
        File.WriteAllBytes(path + ".logits", MemoryMarshal.AsBytes(logits));
        File.WriteAllText(
            path + ".batch",
            $$"""{"name": "{{name}}", "checkpoint": "{{shape}}", "precision": "{{PrecisionNames.Of(precision)}}", "rows": {{batch.Count}}, "tokens": {{batch.Length}}, "rounds": {{options.Rounds}}}""");
    }

    private static async Task<Dictionary<string, string>> ConditionsAsync(Accelerator device, DeviceOptions options)
    {
        var conditions = new Dictionary<string, string>
        {
            ["device"] = device.ToString(),
            ["card"] = device.CudaDevice is null ? "none: the processor was measured" : await CardAsync(),
            ["processor"] = File.Exists("/proc/cpuinfo")
                ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "not known"
                : RuntimeInformation.ProcessArchitecture.ToString(),
            ["processors"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ["program"] = typeof(IPairRanker).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            ["onnx runtime"] = OnnxRuntimeHost.Environment.GetVersionString(),
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["time"] = TimeProvider.System.GetUtcNow().ToString("u", CultureInfo.InvariantCulture),
            ["weights"] = "random, in DeBERTa-v3's shapes with a vocabulary of 4,005",
        };
        if (options.IsShort)
        {
            conditions["form"] = "short: tiny shapes, to try the script; no figure of it says anything of the device";
        }

        return conditions;
    }

    private static async Task<string> CardAsync()
    {
        try
        {
            var outcome = await Outcome.OfAsync(
                new ProcessStartInfo("nvidia-smi", ["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]), TimeSpan.FromSeconds(30));
            return outcome.Output.Trim().ReplaceLineEndings("; ");
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or TimeoutException)
        {
            return $"not known: {e.Message}";
        }
    }
}
