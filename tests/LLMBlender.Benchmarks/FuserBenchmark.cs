using System.Globalization;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.TestKit;
using TorchSharp;

namespace LLMBlender.Benchmarks;

/// <summary>
/// Fusing with the same weights, sources and number of steps: the program beside libtorch, which must choose the same tokens, and the precisions beside each other, by time, size, and what they
/// change of a logit.
/// </summary>
internal static class FuserBenchmark
{
    private const int SourceTokens = 256;
    private const int Tokens = 64;
    private const int Beams = 4;

    /// <param name="scratch">Receives the models.</param>
    /// <param name="threads">Threads of both.</param>
    public static void Run(TemporaryFolder scratch, int threads)
    {
        foreach (var (name, shape) in new[]
        {
            ("flan-t5-small's shape: 512 wide, 8+8 layers, vocabulary 32,128", SyntheticT5.Shape(512, 64, 6, 1024, 8, 32128)),
            ("flan-t5-base's shape: 768 wide, 12+12 layers, vocabulary 32,128", SyntheticT5.Shape(768, 64, 12, 2048, 12, 32128)),
        })
        {
            var checkpoint = scratch.File("checkpoint");
            SyntheticT5.Write(checkpoint, shape);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{name}: source of {SourceTokens} tokens, beams {Beams}, {Tokens} steps, {threads} threads"));
            Measure(scratch, checkpoint, threads);
        }
    }

    private static void Measure(TemporaryFolder scratch, string checkpoint, int threads)
    {
        var random = new Random(11);
        int[] source = [.. Enumerable.Range(0, SourceTokens).Select(_ => random.Next(3, 1400))];
        Precision[] precisions = [Precision.Float32, Precision.Int8, Precision.Int8Weights, Precision.Int4];
        var folders = Array.ConvertAll(precisions, precision => ModelImport.Import(checkpoint, scratch.File(PrecisionNames.Of(precision)), precision).Path);
        var models = Array.ConvertAll(folders, folder => GenFuserModel.Load(folder, new GenFuserOptions { Threads = threads }));
        torch.set_num_threads(threads);
        using var reference = new TorchFuser(checkpoint);
        var options = new GenerationOptions { Beams = Beams, MaxNewTokens = Tokens };
        Check(reference, models[0], source, options with { Beams = 1 });
        Check(reference, models[0], source, options);
        var steps = models[0].Generate([source], options)[0][0].NewTokens;
        var expected = models[0].Score(source, [0, 5, 6, 7]);
        var seconds = Timing.BestOfBoth(
            4, [() => reference.Generate(source, Beams, steps), .. models.Select(model => (Action)(() => model.Generate([source], options)))]);
        Timing.Report("libtorch", steps / seconds[0].Wall, "tokens/s");
        for (var i = 0; i < models.Length; i++)
        {
            var name = PrecisionNames.Of(precisions[i]);
            Timing.Report($"{name}", steps / seconds[i + 1].Wall, "tokens/s");
            Timing.Report($"{name} / libtorch", seconds[0].Wall / seconds[i + 1].Wall, "x");
            Timing.Report($"{name} / libtorch, by processor time", seconds[0].Processor / seconds[i + 1].Processor, "x");
            Timing.Report($"{name}: weights", new FileInfo(Path.Combine(folders[i], "model.safetensors")).Length / 1e6, "MB");
            var logits = models[i].Score(source, [0, 5, 6, 7]);
            Timing.Report($"{name}: mean change of a logit, of their deviation", logits.Zip(expected, (a, b) => Math.Abs(a - b)).Average() / Deviation(expected), "");
            models[i].Dispose();
        }
    }

    // What does not say the same is not the same work.
    private static void Check(TorchFuser reference, GenFuserModel model, int[] source, GenerationOptions options)
    {
        var tokens = model.Generate([source], options)[0][0].Ids[1..];
        var expected = Array.ConvertAll(reference.Generate(source, options.Beams, tokens.Length), static id => (int)id);
        var same = tokens.AsSpan().CommonPrefixLength(expected);
        if (same < tokens.Length)
        {
            throw new InvalidOperationException(
                $"with {options.Beams} beams the program's token {same + 1} of {tokens.Length} is {tokens[same]} and libtorch's {expected[same]}: they must be the same to be timed beside each other");
        }

        Console.WriteLine($"{options.Beams} beams: {tokens.Length} tokens, the same as libtorch's");
    }

    private static double Deviation(float[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(value => Math.Pow(value - mean, 2)));
    }
}
