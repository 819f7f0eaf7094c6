using LLMBlender.Training.Network;
using LLMBlender.Training.Optimization;
using static TorchSharp.torch;

namespace LLMBlender.Training.Runs;

/// <summary>Starting a run's word embeddings from its texts' co-occurrences.</summary>
internal static class CooccurrenceStart
{
    // A LayerNorm follows the embeddings, so their scale only decides how slowly training moves them: these are worth keeping.
    private const double Deviation = 0.3;

    /// <summary>Fills the rows of every piece that a text holds.</summary>
    public static void Fill(AdamW optimizer, IEnumerable<int[]> texts, NetworkConfig shape, RankerRunConfig config)
    {
        set_num_threads(config.Workers);
        using Tensor embeddings = CooccurrenceEmbeddings.Compute(texts, shape.VocabSize, shape.HiddenSize, Deviation, (int)config.Seed);
        set_num_threads(1);
        AdamWSlot words = optimizer.Slots.Single(slot => slot.Name.EndsWith("word_embeddings.weight", StringComparison.Ordinal));
        Span<float> rows = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(embeddings.bytes);
        for (int id = 0; id < shape.VocabSize; id++)
        {
            // Pieces that no text holds keep their noise: markers above all.
            Span<float> row = rows.Slice(id * shape.HiddenSize, shape.HiddenSize);
            if (System.Numerics.Tensors.TensorPrimitives.Norm<float>(row) > 1e-3f)
            {
                row.CopyTo(words.Weights[(id * shape.HiddenSize)..]);
            }
        }
    }
}
