using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Tensor = TorchSharp.torch.Tensor;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>
/// Where the circuit of <see cref="CopyingStart"/> lies in a network: the model's state is divided into a piece's identity and slots, each
/// for a projection of another piece's identity.
/// </summary>
internal sealed class Circuit
{
    /// <summary>Slots of a state.</summary>
    public const int Slots = 3;

    private readonly Dictionary<string, Tensor> weights;
    private readonly float[,] projection;

    public Circuit(FuserNetwork network, int seed)
    {
        Config = network.Config;
        weights = network.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter, StringComparer.Ordinal);
        SlotSize = Math.Min(Config.HeadSize, Config.ModelSize / (Slots + 2));
        Identity = Config.ModelSize - Slots * SlotSize;
        projection = Orthonormal(SlotSize, Identity, new Random(seed));
    }

    public FuserConfig Config { get; }

    /// <summary>Elements of the identity, which come first.</summary>
    public int Identity { get; }

    public int SlotSize { get; }

    /// <summary>The heads that the circuit's look-back leaves free.</summary>
    public IEnumerable<int> FreeHeads => Enumerable.Range(Slots, Config.Heads - Slots);

    /// <summary>The first element of a slot.</summary>
    public int Slot(int index) => Identity + index * SlotSize;

    public HeadWeights Head(string attention, int head) => new(weights, attention, head, Config);

    /// <summary>The position bias of each head for a bucket, in all blocks of a stack.</summary>
    public Span<float> Bias(string stack, int bucket) =>
        Floats($"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight").Slice(bucket * Config.Heads, Config.Heads);

    /// <summary>What element <paramref name="i"/> of a slot takes of an identity.</summary>
    public float Projection(int i, int element) => projection[i, element];

    /// <summary>Adds to a projection's row what reads the part of an identity that <paramref name="match"/> takes of its image in a slot.</summary>
    public void ReadIdentity(Span<float> row, float[,] match, int i, float scale)
    {
        for (int element = 0; element < Identity; element++)
        {
            for (int j = 0; j < SlotSize; j++)
            {
                row[element] += scale * match[i, j] * projection[j, element];
            }
        }
    }

    /// <summary>Writes to a projection's row what reads the same part of a slot.</summary>
    public void ReadSlot(Span<float> row, float[,] match, int i, int slot, float scale)
    {
        for (int j = 0; j < SlotSize; j++)
        {
            row[Slot(slot) + j] = scale * match[i, j];
        }
    }

    /// <summary>Scales a weight, or all whose name ends so.</summary>
    public void Scale(string ending, float factor)
    {
        foreach (string name in weights.Keys.Where(name => name.EndsWith(ending, StringComparison.Ordinal)))
        {
            Span<float> values = Floats(name);
            TensorPrimitives.Multiply(values, factor, values);
        }
    }

    /// <summary>Gives every embedding an identity of the same length, 1 an element in the mean, and scales what it has beside it.</summary>
    public void ConfineEmbeddings(float factor)
    {
        Span<float> all = Floats("shared.weight");
        for (int row = 0; row < all.Length; row += Config.ModelSize)
        {
            Span<float> identity = all.Slice(row, Identity);
            Span<float> rest = all[(row + Identity)..(row + Config.ModelSize)];
            TensorPrimitives.Multiply(identity, MathF.Sqrt(Identity) / TensorPrimitives.Norm<float>(identity), identity);
            TensorPrimitives.Multiply(rest, factor, rest);
        }
    }

    /// <summary>Random orthonormal rows (Gram and Schmidt).</summary>
    public static float[,] Orthonormal(int rows, int columns, Random random)
    {
        float[,] matrix = new float[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                matrix[i, j] = (float)FuserInitialization.Normal(random);
            }

            for (int other = 0; other < i; other++)
            {
                double dot = Dot(matrix, i, other);
                for (int j = 0; j < columns; j++)
                {
                    matrix[i, j] = (float)(matrix[i, j] - dot * matrix[other, j]);
                }
            }

            double scale = 1 / Math.Sqrt(Dot(matrix, i, i));
            for (int j = 0; j < columns; j++)
            {
                matrix[i, j] = (float)(matrix[i, j] * scale);
            }
        }

        return matrix;
    }

    private static double Dot(float[,] matrix, int a, int b) =>
        Enumerable.Range(0, matrix.GetLength(1)).Sum(j => (double)matrix[a, j] * matrix[b, j]);

    private Span<float> Floats(string name) => MemoryMarshal.Cast<byte, float>(weights[name].bytes);
}
