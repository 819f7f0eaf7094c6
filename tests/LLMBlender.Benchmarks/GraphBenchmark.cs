using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Deberta;
using LLMBlender.Inference.Sessions;
using LLMBlender.TestKit;
using LLMBlender.Training.Network;
using TorchSharp;

namespace LLMBlender.Benchmarks;

/// <summary>
/// The ONNX graph against the TorchSharp definition of the same network, in evaluation mode with the same weights and
/// batches and threads; at int8; and against the rate at which this machine multiplies matrices, over the operations that the
/// network needs. libtorch is what the Python reference runs on.
/// </summary>
internal static class GraphBenchmark
{
    private const int Hidden = 768;
    private const int Layers = 12;
    private const int Heads = 12;
    private const int Length = 384;
    private const int Vocabulary = 4005;

    public static void Run(TemporaryFolder scratch, int threads, string byteProducts)
    {
        var checkpoint = scratch.File("checkpoint");
        SyntheticCheckpoint.Write(checkpoint, Hidden, Layers, Heads, Vocabulary);
        var model = ModelImport.Import(checkpoint, scratch.File("fp32"), Precision.Float32);
        var int8 = ModelImport.Import(checkpoint, scratch.File("int8"), Precision.Int8);
        torch.set_num_threads(threads);
        using var network = NetworkWeights.LoadRanker(checkpoint);
        using var graph = new OnnxSession(model.Graph, Accelerator.Cpu, threads);
        using var quantised = new OnnxSession(int8.Graph, Accelerator.Cpu, threads);
        using var a = torch.randn(3072, Hidden);
        using var b = torch.randn(Hidden, 3072);
        using var product = torch.zeros(3072, 3072);

        Console.WriteLine($"{Layers} layers, {Hidden} wide, {Length} tokens, fp32, {threads} threads; int8 by {byteProducts}");
        foreach (var count in (int[])[1, 8])
        {
            var batch = TokenBatch.Random(count, Length, Vocabulary - 5, Vocabulary - 4);
            using var ids = torch.tensor(Array.ConvertAll(batch.Ids, id => (long)id)).reshape(count, Length);
            using var mask = torch.ones(count, Length, dtype: torch.ScalarType.Int64);
            var difference = Difference(network, ids, mask, batch.Run(graph));
            var seconds = Timing.BestOfBoth(
                5,
                () => network.Logits(ids, mask).Dispose(),
                () => batch.Run(graph),
                () => batch.Run(quantised),
                () => Multiply(a, b, product));
            var rate = 20 * 2.0 * 3072 * 3072 * Hidden / seconds[3].Wall;
            var needed = count * NeededOperations() / seconds[1].Wall;

            Console.WriteLine($"\nbatch {count}; largest difference of a logit {difference:0.0e0}");
            Timing.Report("libtorch", count / seconds[0].Wall, "pairs/s");
            foreach (var (name, own) in new[] { ("fp32", seconds[1]), ("int8", seconds[2]) })
            {
                Timing.Report($"ONNX graph, {name}", count / own.Wall, "pairs/s");
                Timing.Report($"ONNX graph, {name} / libtorch", seconds[0].Wall / own.Wall, "x");
                Timing.Report($"ONNX graph, {name} / libtorch, by processor time", seconds[0].Processor / own.Processor, "x");
            }

            Timing.Report("matrix rate of this machine (libtorch)", rate / 1e9, "GFLOP/s");
            Timing.Report("rate of the graph over the operations needed", needed / 1e9, "GFLOP/s");
            Timing.Report("rate of the graph / matrix rate", needed / rate, "");
        }
    }

    private static float Difference(PairRankerNetwork network, torch.Tensor ids, torch.Tensor mask, float[] logits)
    {
        using var expected = network.Logits(ids, mask);
        return expected.data<float>().ToArray().Zip(logits, (x, y) => Math.Abs(x - y)).Max();
    }

    // Into memory that is there already: the rate of the products alone.
    private static void Multiply(torch.Tensor a, torch.Tensor b, torch.Tensor product)
    {
        for (var i = 0; i < 20; i++)
        {
            product.addmm_(a, b, 0, 1);
        }
    }

    // Multiplications and additions of one pair. The last layer is looked at in three rows only; the relative table's
    // projections are no part of a forward pass; δ takes as many values as there are distinct buckets in this length.
    private static double NeededOperations()
    {
        const double H = Hidden, L = Length;
        var furthest = RelativeBuckets.Table(256, 256, 512, Length - 1);
        double window = furthest[^1] - furthest[0] + 1;
        var layer = L * 24 * H * H + 4 * L * L * H + 4 * L * window * H;
        var last = L * 4 * H * H + 3 * 20 * H * H + 4 * 3 * L * H + 2 * (L + 3) * window * H;
        return (Layers - 1) * layer + last;
    }
}
