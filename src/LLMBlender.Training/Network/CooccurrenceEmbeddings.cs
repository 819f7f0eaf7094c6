using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>
/// Word embeddings from co-occurrence counts: the leading singular vectors of the positive pointwise mutual information between a
/// piece and its neighbours (Levy, Goldberg and Dagan 2015, section 3, with their context smoothing of 0.75). Pieces that occur in like
/// surroundings start out alike, which a short training could not teach rare ones.
/// </summary>
internal static class CooccurrenceEmbeddings
{
    private const int Window = 8;
    private const double Smoothing = 0.75;
    private const int Oversampling = 16;
    private const int PowerIterations = 3;

    /// <summary>Computes embeddings.</summary>
    /// <param name="texts">Ids of many texts.</param>
    /// <param name="vocabSize">V; the counts take 4·V² bytes.</param>
    /// <param name="size">H, below V.</param>
    /// <param name="deviation">Standard deviation that the result is scaled to.</param>
    /// <param name="seed">Seed of the randomised decomposition.</param>
    /// <returns>[V, H]</returns>
    public static Tensor Compute(IEnumerable<int[]> texts, int vocabSize, int size, double deviation, int seed)
    {
        using var scope = NewDisposeScope();
        using var gradient = no_grad();
        Tensor counts = zeros(vocabSize, vocabSize);
        Count(texts, MemoryMarshal.Cast<byte, float>(counts.bytes), vocabSize);
        Associate(counts);
        Tensor basis = Range(counts, vocabSize, size + Oversampling, seed);
        var (left, values, _) = linalg.svd(matmul(basis.transpose(0, 1), counts), fullMatrices: false);
        Tensor embeddings = matmul(basis, left)[TensorIndex.Colon, TensorIndex.Slice(0, size)]
            * values[TensorIndex.Slice(0, size)].sqrt();
        return (embeddings / embeddings.std() * deviation).contiguous().MoveToOuterDisposeScope();
    }

    private static void Count(IEnumerable<int[]> texts, Span<float> counts, int vocabSize)
    {
        foreach (int[] text in texts)
        {
            for (int i = 0; i < text.Length; i++)
            {
                for (int j = i + 1; j < text.Length && j <= i + Window; j++)
                {
                    counts[text[i] * vocabSize + text[j]]++;
                    counts[text[j] * vocabSize + text[i]]++;
                }
            }
        }
    }

    // PPMI(w, c) = max(0, log(#(w,c) · Σ#(c)^α / (#(w) · #(c)^α))), in place.
    private static void Associate(Tensor counts)
    {
        Tensor totals = counts.sum([1L]);
        Tensor smoothed = totals.pow(Smoothing);
        counts.mul_(smoothed.sum());
        counts.div_(totals.clamp_min(1).unsqueeze(1));
        counts.div_(smoothed.clamp_min(1).unsqueeze(0));
        counts.clamp_min_(1).log_();
    }

    // A randomised range finder (Halko, Martinsson and Tropp 2011, algorithm 4.4); the matrix is nearly symmetric.
    private static Tensor Range(Tensor matrix, int vocabSize, int rank, int seed)
    {
        float[] noise = new float[vocabSize * rank];
        var random = new Random(seed);
        for (int i = 0; i < noise.Length; i++)
        {
            noise[i] = random.NextSingle() - 0.5f;
        }

        Tensor basis = linalg.qr(matmul(matrix, tensor(noise, [vocabSize, rank]))).Q;
        for (int i = 0; i < PowerIterations; i++)
        {
            basis = linalg.qr(matmul(matrix.transpose(0, 1), basis)).Q;
            basis = linalg.qr(matmul(matrix, basis)).Q;
        }

        return basis;
    }
}
