using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.TestKit;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Benchmarks;

/// <summary>
/// Generation against ONNX Runtime alone running the same steps; with a key/value cache against without; eight prompts
/// together against one after the other; and what a token costs the further an answer goes.
/// </summary>
internal static class GenerateBenchmark
{
    private const int SourceTokens = 256;
    private const int Tokens = 128;

    /// <summary>A small shape, where whatever isn't ONNX Runtime weighs most, and Flan-T5-small's.</summary>
    public static void RunSynthetic(TemporaryFolder scratch)
    {
        foreach (var (name, shape) in new (string, JsonObject)[]
        {
            ("mini: 256 wide, 4+4 layers, vocabulary 8,000", SyntheticT5.Shape(256, 64, 4, 512, 4, 8000)),
            ("flan-t5-small's shape: 512 wide, 8+8 layers, vocabulary 32,128", SyntheticT5.Shape(512, 64, 6, 1024, 8, 32128)),
        })
        {
            SyntheticT5.Write(scratch.File("checkpoint"), shape);
            Run(name, ModelImport.Import(scratch.File("checkpoint"), scratch.File("model"), Precision.Float32).Path);
        }
    }

    public static void Run(string name, string folder)
    {
        using var model = GenFuserModel.Load(folder);
        Console.WriteLine($"\n{name}: source of {SourceTokens} tokens, answers of {Tokens}");
        AgainstTheSession(model);
        AgainstNoCache(model);
        Batched(model);
        PerToken(model);
    }

    // Every step of a generation and none of its choices: what ONNX Runtime needs for the same shapes.
    private static void AgainstTheSession(GenFuserModel model)
    {
        foreach (var (what, prompts, beams) in new[] { ("greedy", 1, 1), ("greedy, batch 8", 8, 1), ("beam 4", 1, 4) })
        {
            var ids = Prompts(model, prompts);
            var options = new GenerationOptions { MaxNewTokens = Tokens, Beams = beams };
            var longest = model.Generate(ids, options).Max(texts => texts[0].NewTokens);
            if (longest < Tokens)
            {
                Console.WriteLine($"{what}: ended by itself after {longest} tokens, which the session's steps are matched to");
            }

            var seconds = Timing.Medians(5, () => model.Generate(ids, options), () => StepAlone(model, ids, beams, longest));
            Timing.Report($"{what}: tokens a second", prompts * longest / seconds[0], "tokens/s");
            Timing.Report($"{what}: generation / ONNX Runtime alone on the same shapes", seconds[1] / seconds[0], "x");
        }
    }

    private static void AgainstNoCache(GenFuserModel model)
    {
        var prompt = Prompts(model, 1);
        foreach (var count in (int[])[16, 32, 64, 128])
        {
            var seconds = Timing.Medians(
                3,
                () => model.Generate(prompt, new GenerationOptions { MaxNewTokens = count }),
                () => WithoutCache(model, prompt, count));
            Timing.Report(string.Create(CultureInfo.InvariantCulture, $"cache / no cache, {count} tokens"), seconds[1] / seconds[0], "x");
        }
    }

    private static void Batched(GenFuserModel model)
    {
        var prompts = Prompts(model, 8);
        var options = new GenerationOptions { MaxNewTokens = 64 };
        var seconds = Timing.Medians(
            3,
            () => model.Generate(prompts, options),
            () => Array.ForEach(prompts, prompt => model.Generate([prompt], options)));
        Timing.Report("batch 8 / one at a time", seconds[1] / seconds[0], "x");
    }

    private static void PerToken(GenFuserModel model)
    {
        const int Window = 64;
        const int Windows = 8;
        var times = Enumerable.Range(0, Windows).Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < 5; round++)
        {
            using var run = new RunOptions();
            var (encoded, decoder) = model.Begin(Prompts(model, 1), 1, Window * Windows);
            using (encoded)
            using (decoder)
            {
                for (var window = 0; window < Windows; window++)
                {
                    var began = Stopwatch.GetTimestamp();
                    for (var i = 0; i < Window; i++)
                    {
                        decoder.Step([7], run);
                    }

                    times[window].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds / Window);
                }
            }
        }

        // The least of several: windows are compared that lie seconds apart, and what else runs only ever adds.
        var costs = Array.ConvertAll(times, list => list.Min());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ms a token, by windows of {Window}: {string.Join("  ", costs.Select(cost => cost.ToString("0.000", CultureInfo.InvariantCulture)))}"));
        Timing.Report("last window / first", costs[^1] / costs[0], "x");
    }

    private static void StepAlone(GenFuserModel model, int[][] prompts, int rows, int count)
    {
        using var run = new RunOptions();
        var (encoded, decoder) = model.Begin(prompts, rows, count);
        using (encoded)
        using (decoder)
        {
            var tokens = new int[decoder.Rows];
            for (var i = 0; i < count; i++)
            {
                decoder.Step(tokens, run);
            }
        }
    }

    // The whole answer so far through the decoder for every token, as a decoder without a cache does.
    private static void WithoutCache(GenFuserModel model, int[][] prompt, int count)
    {
        using var run = new RunOptions();
        var tokens = new int[count];
        var (encoded, unused) = model.Begin(prompt, 1, 1);
        unused.Dispose();
        using (encoded)
        {
            for (var length = 1; length <= count; length++)
            {
                using var decoder = model.Begin(encoded, 1, length);
                decoder.Step(tokens.AsSpan(0, length), run);
            }
        }
    }

    private static int[][] Prompts(GenFuserModel model, int count)
    {
        var random = new Random(11);
        var highest = Math.Min(1400, model.Tokenizer.Count);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, SourceTokens).Select(_ => random.Next(3, highest)).ToArray())];
    }
}
