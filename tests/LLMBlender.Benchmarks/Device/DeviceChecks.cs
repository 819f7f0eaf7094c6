using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Sessions;
using LLMBlender.TestKit;

namespace LLMBlender.Benchmarks.Device;

/// <summary>Every fixture on a device, at fp32 and fp16, against the processor at fp32, which the tests hold to the references.</summary>
internal static class DeviceChecks
{
    private const int BertVocabulary = 100;
    private const int ModernVocabulary = 26;

    private static readonly string[] Candidates =
        ["Four.", "Two and two make four, as any child can count with fingers.", "Bananas are yellow, and they grow on large plants in warm countries."];

    /// <summary>Checks all fixtures.</summary>
    public static List<DeviceReport.Check> Run(Accelerator device, TemporaryFolder scratch)
    {
        List<DeviceReport.Check> checks = [];
        PackedFixture.Write("bert-tiny", scratch.File("bert"));
        using var modern = new ModernBertCheckpoint();
        modern.AddEncoder("", biases: true);
        (string Name, string Checkpoint, Func<string, Accelerator, float[]> Compute, string? Kind)[] fixtures =
        [
            ("pairrm-tiny", Fixture.File("pairrm-tiny"), Logits, null),
            ("pairranker-mini", MiniRanker.Folder, Logits, null),
            ("bert-tiny", scratch.File("bert"), (folder, accelerator) => States(folder, accelerator, BertVocabulary), ModelKind.Encoder),
            ("modernbert-tiny", modern.Write("modern"), (folder, accelerator) => States(folder, accelerator, ModernVocabulary), ModelKind.Encoder),
        ];
        foreach (var (name, checkpoint, compute, kind) in fixtures)
        {
            string Import(Precision precision) =>
                ModelImport.Import(checkpoint, scratch.File($"{name}-{PrecisionNames.Of(precision)}"), precision, kind: kind).Path;
            var single = Import(Precision.Float32);
            var expected = compute(single, Accelerator.Cpu);
            checks.Add(Compare(name, Precision.Float32, expected, compute(single, device)));
            checks.Add(Compare(name, Precision.Float16, expected, compute(Import(Precision.Float16), device)));
        }

        var reward = Repository.File("models", "reward-minilm");
        checks.Add(Compare("reward-minilm", Precision.Int8Weights, Scores(reward, Accelerator.Cpu), Scores(reward, device)));
        return checks;
    }

    // Of the size of the values, which have 11 binary digits at fp16, over a few layers.
    private static DeviceReport.Check Compare(string name, Precision precision, float[] expected, float[] actual)
    {
        var tolerance = (precision == Precision.Float16 ? 2e-2 : 1e-4) * Math.Max(1, expected.Max(Math.Abs));
        var largest = expected.Zip(actual, static (x, y) => (double)Math.Abs(x - y)).Max();
        return new(name, PrecisionNames.Of(precision), expected.Length, double.IsNaN(largest) ? -1 : largest, tolerance, largest <= tolerance);
    }

    private static float[] Logits(string folder, Accelerator device)
    {
        using var ranker = PairRankerModel.Load(folder, new PairRankerOptions { Accelerator = device });
        var record = ranker.Encode("What is two and two?", Candidates);
        Comparison[] pairs = [.. from first in Enumerable.Range(0, 3) from second in Enumerable.Range(0, 3) where first != second select new Comparison(record, first, second)];
        var logits = new float[pairs.Length];
        ranker.Compare(pairs, logits);
        return logits;
    }

    private static float[] States(string folder, Accelerator device, int vocabulary)
    {
        using var encoder = EncoderModel.Load(folder, new EncoderOptions { Accelerator = device });
        int[][] rows = [.. Enumerable.Range(1, 4).Select(row => Enumerable.Range(0, 9 * row).Select(i => (i * 7) % vocabulary).ToArray())];
        return [.. encoder.States(rows, encoder.Layers).SelectMany(static states => states)];
    }

    private static float[] Scores(string folder, Accelerator device)
    {
        using var model = RewardModel.Load(folder, new EncoderOptions { Accelerator = device });
        return model.Score([.. Candidates.Select(candidate => model.Encode("What is two and two?", candidate))]);
    }
}
