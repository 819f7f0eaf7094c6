using LLMBlender.Benchmarks;
using LLMBlender.Benchmarks.Cells;
using LLMBlender.Benchmarks.Cluster;
using LLMBlender.Benchmarks.Device;
using LLMBlender.Benchmarks.Gateway;
using LLMBlender.Benchmarks.Growth;
using LLMBlender.Benchmarks.OnePass;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.TestKit;

// Ratios of things measured against each other in one run; none of it is a test. Build with -c Release.
const string Usage = """
    graph [THREADS [avx2]]   ONNX graph at fp32 and int8 beside libtorch and the matrix rate, base shape (needs libtorch); avx2: as on a processor without AVX-512 and VNNI (default: 2 threads)
    load [ROUNDS]            models and requests at once beside one after the other; memory after a peak (default: 9 rounds)
    path [MODEL]             text to logits beside ONNX Runtime alone; packing; int8 (default: pairranker-mini)
    choice [MODEL]           the best of eleven answers, beside pairranker-mini by the full matrix (default: reward-minilm)
    fewer RECORDS MATRICES [SCORES]  how few comparisons find the best, on what rank --matrix wrote; SCORES is what rank wrote with a prior
    one-pass RECORDS MATRICES TO_RECORDS TO_MATRICES [EPOCHS]  networks that read several candidates in one pass learn the comparisons of pairranker-mini, measured on other records (default: 3 epochs; needs libtorch)
    passes [PRIOR [RANKER]]  what a prior's passes cost in a ranker's comparisons (default: reward-minilm, random weights of DeBERTa-v3-base's shape)
    base [CANDIDATES]        as path, on random weights of DeBERTa-v3-base's shape and pairs of 384 tokens (default: one record of 4 candidates)
    tokenizer TEXTS [MODEL]  tokenizer beside spm_encode, on a file of lines
    startup [MODEL]          a process to its first logit
    cluster [MODEL]          the grains beside no work, beside the bare ranker, and from 1 to 8 silos
    cluster ranker [MODEL]   of these, only the bare ranker
    cluster overhead         of these, only the comparer that costs nothing
    cluster processes [SPEED [SECONDS]]  1 to 8 processes that compare over a real Redis, with fake accelerators (default: 300 comparisons a second each, 15 s)
    cluster memory [SECONDS] what lives in memory under a steady load (default: 600 s)
    cells [CELLS BLENDS SPEED] a simulation of many cells, from which deploy/SIZING.md has its figures (default: 100 cells, 35000 blends a second, 400 comparisons a second an accelerator)
    metrics [ROUNDS SECONDS] throughput with OpenTelemetry reading the meters beside without (default: 10 rounds of 5 s each)
    generate [MODEL]         generation beside ONNX Runtime alone; cache; batch; cost a token (default: random weights)
    fuser [THREADS]          beams of 4 beside libtorch on the same weights; the precisions' speed, size and deviation (default: 1 thread)
    import [FOLDER] [P …]    memory of importing gen_fuser_3b's shape at fp32, fp16, int8 (all by default); wants 18 GB of disk
    tail [SPREAD [BLENDS]]   99th percentile with 5 % of calls ten times slower, hedged and not (default: 0.8, 1000); wants a Release llmblender
    overload [SECONDS]       goodput and refusals up to ten times what a backend, or the ranker, can do (default: 10 s a step); as tail
    streams [CLIENTS]        clients that stream at the same time; how soon work ends when one leaves (default: 2000); as tail
    evaluate [RECORDS [CANDIDATES [MODEL]]]  the share of an evaluation's time that the model takes (default: 5000 records of 11, pairranker-mini)
    engines [RECORDS [SCORE [MODEL]]]  what aggregations ask, take and choose, on a file of records and on simulated rankers
    device --out FOLDER [--device D] [--short]  a device: fixtures, and pairs a second by session, queue and grains (Device/run.sh runs it)
    device-report FOLDER     joins what device and PyTorch measured into device.json and device.md
    report HTML [OLD [MODEL]] [--old-name N] [--new-name N] [--new DLL] [--short]  cost against candidates, tokens, requests and silos as curves, an old build's llmblender.dll beside this one's, and a JSON beside the page; wants a Release llmblender
    engines --curves HTML    of these, the simulated rankers alone, and as curves
    """;

using var scratch = new TemporaryFolder();
var mini = MiniRanker.Folder;
switch (args)
{
    case ["graph", var threads, "avx2"]:
        return NarrowRuntime.Run("graph", threads, NarrowRuntime.Name);
    case ["graph", .. var rest]:
        GraphBenchmark.Run(
            scratch,
            int.Parse(rest.FirstOrDefault("2"), System.Globalization.CultureInfo.InvariantCulture),
            rest.ElementAtOrDefault(1) ?? LLMBlender.Inference.Sessions.ProcessorFeatures.Current.ByteProducts);
        return 0;
    case ["load", .. var rest]:
        LoadBenchmark.Run(scratch, int.Parse(rest.FirstOrDefault("9"), System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["path", .. var rest]:
        PathBenchmark.Run(rest.FirstOrDefault(mini), scratch.Path);
        return 0;
    case ["choice", .. var rest]:
        ChoiceBenchmark.Run(rest.FirstOrDefault(Repository.File("models", "reward-minilm")), mini);
        return 0;
    case ["fewer", var records, var matrices, .. var rest]:
        FewerBenchmark.Run(records, matrices, rest.FirstOrDefault());
        return 0;
    case ["one-pass", var records, var matrices, var asked, var answers, .. var rest]:
        OnePassBenchmark.Run((records, matrices), (asked, answers), mini, int.Parse(rest.FirstOrDefault("3"), System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["passes", .. var rest]:
        FewerBenchmark.Passes(rest.FirstOrDefault(Repository.File("models", "reward-minilm")), rest.ElementAtOrDefault(1) ?? BaseShape());
        return 0;
    case ["base", .. var rest]:
        PathBenchmark.RunEqual(BaseShape(), scratch.Path, int.Parse(rest.FirstOrDefault("4"), System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["tokenizer", var texts, .. var rest]:
        TokenizerBenchmark.Run(rest.FirstOrDefault(mini), texts);
        return 0;
    case ["startup", .. var rest]:
        StartupBenchmark.Run(rest.FirstOrDefault(mini), scratch);
        return 0;
    case ["metrics", .. var rest]:
        await MetricsBenchmark.RunAsync(
            int.Parse(rest.ElementAtOrDefault(0) ?? "10", System.Globalization.CultureInfo.InvariantCulture),
            double.Parse(rest.ElementAtOrDefault(1) ?? "5", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["cells", .. var rest]:
        await CellsBenchmark.RunAsync(
            int.Parse(rest.ElementAtOrDefault(0) ?? "100", System.Globalization.CultureInfo.InvariantCulture),
            double.Parse(rest.ElementAtOrDefault(1) ?? "35000", System.Globalization.CultureInfo.InvariantCulture),
            double.Parse(rest.ElementAtOrDefault(2) ?? "400", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["fuser", .. var rest]:
        FuserBenchmark.Run(scratch, int.Parse(rest.FirstOrDefault("1"), System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["generate"]:
        GenerateBenchmark.RunSynthetic(scratch);
        return 0;
    case ["generate", var model]:
        GenerateBenchmark.Run(Path.GetFileName(model), model);
        return 0;
    case ["import", .. var rest]:
        ImportBenchmark.Run(rest.FirstOrDefault(scratch.Path), rest.Length > 1 ? rest[1..] : PrecisionNames.All);
        return 0;
    case ["import-once", var source, var target, var precision]:
        ImportBenchmark.Once(source, target, precision);
        return 0;
    case ["evaluate", .. var rest]:
        await EvaluateBenchmark.RunAsync(
            rest.ElementAtOrDefault(2) ?? mini,
            int.Parse(rest.FirstOrDefault("5000"), System.Globalization.CultureInfo.InvariantCulture),
            int.Parse(rest.ElementAtOrDefault(1) ?? "11", System.Globalization.CultureInfo.InvariantCulture),
            scratch.Path);
        return 0;
    case ["report", .. var rest] when GrowthOptions.Read(rest) is { } options:
        await GrowthBenchmark.RunAsync(options, scratch);
        return 0;
    case ["engines", "--curves", var html]:
        EngineBenchmark.Run(mini, null, null, html);
        return 0;
    case ["engines", .. var rest]:
        EngineBenchmark.Run(rest.ElementAtOrDefault(2) ?? mini, rest.ElementAtOrDefault(0), rest.ElementAtOrDefault(1), null);
        return 0;
    case ["device", .. var rest] when DeviceOptions.Read(rest) is { } options:
        return await DeviceBenchmark.RunAsync(options, scratch) ? 0 : 1;
    case ["device-report", var folder]:
        return DeviceReport.Finish(folder) ? 0 : 1;
    case ["tail", .. var rest]:
        await TailBenchmark.RunAsync(
            scratch,
            double.Parse(rest.ElementAtOrDefault(0) ?? "0.8", System.Globalization.CultureInfo.InvariantCulture),
            int.Parse(rest.ElementAtOrDefault(1) ?? "1000", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["overload", .. var rest]:
        await OverloadBenchmark.RunAsync(scratch, int.Parse(rest.FirstOrDefault("10"), System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["streams", .. var rest]:
        await StreamBenchmark.RunAsync(scratch, int.Parse(rest.FirstOrDefault("2000"), System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["cluster", "memory", .. var rest]:
        await ClusterBenchmark.MemoryAsync(double.Parse(rest.FirstOrDefault("600"), System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["cluster", "processes", .. var rest]:
        await ProcessesBenchmark.RunAsync(
            double.Parse(rest.ElementAtOrDefault(0) ?? "300", System.Globalization.CultureInfo.InvariantCulture),
            double.Parse(rest.ElementAtOrDefault(1) ?? "15", System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["fake-worker", var redis, var id, var speed]:
        await ProcessesBenchmark.WorkAsync(redis, id, double.Parse(speed, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["cluster", "ranker", .. var rest]:
        await ClusterBenchmark.RankerAsync(rest.FirstOrDefault(mini));
        return 0;
    case ["cluster", "overhead"]:
        await ClusterBenchmark.OverheadAsync();
        return 0;
    case ["cluster", .. var rest]:
        await ClusterBenchmark.RunAsync(rest.FirstOrDefault(mini));
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

string BaseShape()
{
    SyntheticCheckpoint.Write(scratch.File("checkpoint"), hidden: 768, layers: 12, heads: 12);
    return ModelImport.Import(scratch.File("checkpoint"), scratch.File("base"), Precision.Float32).Path;
}
