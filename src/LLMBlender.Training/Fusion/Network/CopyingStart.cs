using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>
/// Starting weights from which a fuser copies at once: T5's own random ones, scaled down, and laid over them an induction circuit (Elhage
/// et al. 2021; Olsson et al. 2022) in the first block of each stack. A network this small would need most of a short training to find it.
/// </summary>
/// <remarks>
/// The model dimension is divided into a piece's identity and slots for the pieces before it. In both stacks a head each looks back by
/// one, two and three positions through its position bias and writes what it sees into a slot. The decoder's cross-attention then
/// looks for the source position before which stand the pieces written last, and copies the identity that it finds; copies that
/// disagree outvote each other in the softmax. Where the encoder has a second block, its free heads look for the same two pieces in a
/// row elsewhere, at least <see cref="FarBucket"/>'s distance away, and write what stands there over the slot of the piece before: a
/// transition that another candidate has too is thereby easier to match than one that damage has made. Where the decoder has a second
/// block, its free heads look for an earlier place where the last two pieces stood, and take what followed there away from the logits,
/// so that a tie between saying something again and going on is broken for going on. Everything stays trainable.
/// </remarks>
internal static class CopyingStart
{
    private const int Slots = 3;
    private const float LookBack = 8;
    private const float Noise = 0.3f;
    private const float Spread = 0.1f;
    private const float MatchScale = 0.3f;
    private const float AgreementScore = 4.5f;
    private const float AgreementGain = 1.3f;
    private const int FarBucket = 10;
    private const float AvoidanceScore = 5;
    private const float AvoidanceGain = 4.5f;

    // Of a normed state's elements behind the first block, about.
    private const float IdentityVariance = 0.58f;
    private const float SlotVariance = 1.33f;
    private const float DecoderSlotVariance = 0.26f;
    private const float CopyGain = 4;
    private const float LogitGain = 2;

    /// <summary>Fills all weights; the same seed gives the same ones.</summary>
    /// <exception cref="ArgumentException">The shape has no room for the circuit, or its head isn't the embedding.</exception>
    public static void Fill(FuserNetwork network, int seed)
    {
        FuserConfig config = network.Config;
        if (!config.Tied || config.Heads <= Slots || config.ModelSize < 4 * (Slots + 1) || config.HeadSize < 2 * Slots)
        {
            throw new ArgumentException($"a copying start needs a tied head and more than {Slots} attention heads");
        }

        using var gradient = no_grad();
        var weights = network.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter, StringComparer.Ordinal);
        FuserInitialization.Fill(network, seed);
        foreach (var (_, weight) in weights.Where(w => w.Key.EndsWith(".o.weight", StringComparison.Ordinal)
            || w.Key.EndsWith(".wo.weight", StringComparison.Ordinal)))
        {
            Scale(weight, Noise);
        }

        int slot = Math.Min(config.HeadSize, config.ModelSize / (Slots + 2));
        int identity = config.ModelSize - Slots * slot;
        float[,] projection = Orthonormal(slot, identity, new Random(seed + 1));
        ConfineEmbeddings(weights["shared.weight"], identity);
        LookBackHeads(weights, "encoder", [1, 2, 3], slot, identity, projection);
        LookBackHeads(weights, "decoder", [1, 2, 0], slot, identity, projection);
        if (config.EncoderLayers > 1)
        {
            AgreementHeads(weights, config, slot, identity, projection, new Random(seed + 3));
        }

        if (config.DecoderLayers > 1)
        {
            AvoidanceHeads(weights, config, slot, identity, projection, new Random(seed + 4));
        }

        CopyHeads(weights, config, slot, identity, projection, new Random(seed + 2));
        Scale(weights["decoder.final_layer_norm.weight"], LogitGain);

        void LookBackHeads(Dictionary<string, Tensor> all, string stack, int[] distances, int size, int from, float[,] map)
        {
            string attention = $"{stack}.block.0.layer.0.SelfAttention.";
            Span<float> table = Floats(all[attention + "relative_attention_bias.weight"]);
            for (int head = 0; head < distances.Length; head++)
            {
                // Bucket n holds the keys n positions back, in both stacks.
                table[distances[head] * config.Heads + head] = LookBack;
                Clear(all[attention + "q.weight"], head);
                Clear(all[attention + "v.weight"], head);
                ClearColumns(all[attention + "o.weight"], head);
                for (int i = 0; i < size; i++)
                {
                    for (int j = 0; j < from; j++)
                    {
                        Floats(all[attention + "v.weight"])[(head * config.HeadSize + i) * config.ModelSize + j] = map[i, j];
                    }

                    Floats(all[attention + "o.weight"])[(from + head * size + i) * config.InnerSize + head * config.HeadSize + i] = 1;
                }
            }
        }

        void Clear(Tensor rows, int head) =>
            Floats(rows).Slice(head * config.HeadSize * config.ModelSize, config.HeadSize * config.ModelSize).Clear();

        void ClearColumns(Tensor output, int head)
        {
            for (int row = 0; row < config.ModelSize; row++)
            {
                Floats(output).Slice(row * config.InnerSize + head * config.HeadSize, config.HeadSize).Clear();
            }
        }
    }

    // Queries and keys are alike: a position's own piece and the one before it. Near positions, itself included, lose by the position bias
    // what they gain by matching; with no match elsewhere the attention is spread, and what it writes averages out.
    private static void AgreementHeads(
        Dictionary<string, Tensor> weights, FuserConfig config, int slot, int identity, float[,] projection, Random random)
    {
        const string attention = "encoder.block.1.layer.0.SelfAttention.";
        Span<float> table = Floats(weights["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"]);
        Span<float> q = Floats(weights[attention + "q.weight"]);
        Span<float> k = Floats(weights[attention + "k.weight"]);
        Span<float> v = Floats(weights[attention + "v.weight"]);
        Span<float> o = Floats(weights[attention + "o.weight"]);
        int part = Math.Min(config.HeadSize / 2, slot);
        for (int head = Slots; head < config.Heads; head++)
        {
            for (int bucket = 0; bucket < FarBucket; bucket++)
            {
                table[bucket * config.Heads + head] = -2 * AgreementScore;
                table[(config.Buckets / 2 + bucket) * config.Heads + head] = -2 * AgreementScore;
            }

            int rows = head * config.HeadSize * config.ModelSize;
            q.Slice(rows, config.HeadSize * config.ModelSize).Clear();
            k.Slice(rows, config.HeadSize * config.ModelSize).Clear();
            v.Slice(rows, config.HeadSize * config.ModelSize).Clear();
            float[,] own = Orthonormal(part, slot, random);
            float[,] before = Orthonormal(part, slot, random);
            for (int i = 0; i < part; i++)
            {
                int first = rows + i * config.ModelSize;
                int second = rows + (part + i) * config.ModelSize;
                for (int j = 0; j < slot; j++)
                {
                    k[second + identity + j] = before[i, j];
                    q[second + identity + j] = AgreementScore / part / SlotVariance * before[i, j];
                    for (int piece = 0; piece < identity; piece++)
                    {
                        k[first + piece] += own[i, j] * projection[j, piece];
                        q[first + piece] += AgreementScore / part / IdentityVariance * own[i, j] * projection[j, piece];
                    }
                }
            }

            for (int row = 0; row < config.ModelSize; row++)
            {
                o.Slice(row * config.InnerSize + head * config.HeadSize, config.HeadSize).Clear();
            }

            for (int i = 0; i < slot; i++)
            {
                v[rows + i * config.ModelSize + identity + i] = 1;
                o[(identity + i) * config.InnerSize + head * config.HeadSize + i] = AgreementGain / (config.Heads - Slots);
            }
        }
    }

    // Queries read the newest piece (the decoder's third slot) and the one before it, keys the two pieces before a position's newest.
    private static void AvoidanceHeads(
        Dictionary<string, Tensor> weights, FuserConfig config, int slot, int identity, float[,] projection, Random random)
    {
        const string attention = "decoder.block.1.layer.0.SelfAttention.";
        Span<float> q = Floats(weights[attention + "q.weight"]);
        Span<float> k = Floats(weights[attention + "k.weight"]);
        Span<float> v = Floats(weights[attention + "v.weight"]);
        Span<float> o = Floats(weights[attention + "o.weight"]);
        int newest = identity + 2 * slot;
        int part = Math.Min(config.HeadSize / 2, slot);
        for (int head = Slots; head < config.Heads; head++)
        {
            int rows = head * config.HeadSize * config.ModelSize;
            q.Slice(rows, config.HeadSize * config.ModelSize).Clear();
            k.Slice(rows, config.HeadSize * config.ModelSize).Clear();
            v.Slice(rows, config.HeadSize * config.ModelSize).Clear();
            for (int back = 0; back < 2; back++)
            {
                float[,] match = Orthonormal(part, slot, random);
                for (int i = 0; i < part; i++)
                {
                    int row = rows + (back * part + i) * config.ModelSize;
                    for (int j = 0; j < slot; j++)
                    {
                        q[row + (back == 0 ? newest : identity) + j] = AvoidanceScore / part / DecoderSlotVariance * match[i, j];
                        k[row + identity + back * slot + j] = match[i, j];
                    }
                }
            }

            for (int i = 0; i < slot; i++)
            {
                v[rows + i * config.ModelSize + newest + i] = 1;
            }

            for (int row = 0; row < config.ModelSize; row++)
            {
                Span<float> columns = o.Slice(row * config.InnerSize + head * config.HeadSize, config.HeadSize);
                columns.Clear();
                for (int i = 0; i < slot && row < identity; i++)
                {
                    columns[i] = -AvoidanceGain / (config.Heads - Slots) * projection[i, row];
                }
            }
        }
    }

    // Keys read the source's slots 1, 2, 3; queries the decoder's identity (its newest piece) and its slots 1, 2. Values read identities,
    // the heads together all of them.
    private static void CopyHeads(
        Dictionary<string, Tensor> weights, FuserConfig config, int slot, int identity, float[,] projection, Random random)
    {
        const string attention = "decoder.block.0.layer.1.EncDecAttention.";
        Span<float> q = Floats(weights[attention + "q.weight"]);
        Span<float> k = Floats(weights[attention + "k.weight"]);
        Span<float> v = Floats(weights[attention + "v.weight"]);
        Span<float> o = Floats(weights[attention + "o.weight"]);
        foreach (string name in new[] { "q", "k", "v", "o" })
        {
            Floats(weights[attention + name + ".weight"]).Clear();
        }

        int part = config.HeadSize / Slots;
        float times = config.InnerSize / (float)identity;
        for (int head = 0; head < config.Heads; head++)
        {
            for (int back = 0; back < Slots; back++)
            {
                float[,] match = Orthonormal(part, slot, random);
                float weight = MatchScale * MathF.Sqrt(slot / (float)part) * (1 - 0.33f * back);
                for (int i = 0; i < part; i++)
                {
                    int row = (head * config.HeadSize + back * part + i) * config.ModelSize;
                    for (int j = 0; j < slot; j++)
                    {
                        k[row + identity + back * slot + j] = match[i, j];
                        if (back > 0)
                        {
                            q[row + identity + (back - 1) * slot + j] = weight * match[i, j];
                        }
                    }

                    for (int j = 0; back == 0 && j < identity; j++)
                    {
                        for (int inner = 0; inner < slot; inner++)
                        {
                            q[row + j] += weight * match[i, inner] * projection[inner, j];
                        }
                    }
                }
            }

            for (int i = 0; i < config.HeadSize; i++)
            {
                int inner = head * config.HeadSize + i;
                v[inner * config.ModelSize + inner % identity] = 1;
                o[inner % identity * config.InnerSize + inner] = CopyGain / times;
            }
        }
    }

    private static void ConfineEmbeddings(Tensor embedding, int identity)
    {
        Span<float> all = Floats(embedding);
        int size = (int)embedding.shape[1];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] *= i % size < identity ? 1 : Spread;
        }
    }

    // Gram and Schmidt over normal rows.
    private static float[,] Orthonormal(int rows, int columns, Random random)
    {
        float[,] matrix = new float[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                matrix[i, j] = (float)FuserInitialization.Normal(random);
            }

            for (int other = 0; other <= i; other++)
            {
                double dot = Enumerable.Range(0, columns).Sum(j => (double)matrix[i, j] * matrix[other, j]);
                double scale = other == i ? 1 / Math.Sqrt(dot) : 0;
                for (int j = 0; j < columns; j++)
                {
                    matrix[i, j] = other == i ? (float)(matrix[i, j] * scale) : (float)(matrix[i, j] - dot * matrix[other, j]);
                }
            }
        }

        return matrix;
    }

    private static void Scale(Tensor weight, float factor)
    {
        Span<float> values = Floats(weight);
        System.Numerics.Tensors.TensorPrimitives.Multiply(values, factor, values);
    }

    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
