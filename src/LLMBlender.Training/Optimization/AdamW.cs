using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Tensor = TorchSharp.torch.Tensor;

namespace LLMBlender.Training.Optimization;

/// <summary>
/// AdamW (Loshchilov and Hutter, algorithm 2) over parameters on the CPU, with the gradient's global norm clipped. Its whole state is
/// two moments a parameter and a step count, so that a run can be resumed exactly.
/// </summary>
internal sealed class AdamW
{
    private const float Epsilon = 1e-8f;

    /// <param name="parameters">Names and tensors; one-dimensional parameters (biases, norms) are not decayed.</param>
    /// <param name="options">Rates.</param>
    public AdamW(IEnumerable<(string Name, Tensor Parameter)> parameters, AdamWOptions options)
    {
        Options = options;
        Slots = [.. parameters.Select(p => new AdamWSlot(p.Name, p.Parameter))];
    }

    public AdamWOptions Options { get; }

    public IReadOnlyList<AdamWSlot> Slots { get; }

    /// <summary>Steps taken; the bias correction goes by it.</summary>
    public long Steps { get; set; }

    /// <summary>Adds the gradients of a step's batches in their order, clips them, and moves every parameter.</summary>
    /// <param name="gradients">One list a batch, in the order of <see cref="Slots"/>.</param>
    /// <param name="rate">The learning rate of this step.</param>
    /// <returns>The global norm before clipping.</returns>
    public double Step(IReadOnlyList<IReadOnlyList<Tensor>> gradients, double rate)
    {
        double square = 0;
        for (int i = 0; i < Slots.Count; i++)
        {
            Span<float> sum = Slots[i].Gradient;
            sum.Clear();
            foreach (var batch in gradients)
            {
                using Tensor gradient = batch[i].contiguous();
                TensorPrimitives.Add(sum, Floats(gradient), sum);
            }

            square += TensorPrimitives.SumOfSquares<float>(sum);
        }

        double norm = Math.Sqrt(square);
        Steps++;
        float clip = (float)(norm > Options.MaxNorm ? Options.MaxNorm / norm : 1);
        foreach (AdamWSlot slot in Slots)
        {
            Move(slot, clip, rate);
        }

        return norm;
    }

    private void Move(AdamWSlot slot, float clip, double rate)
    {
        var (beta1, beta2) = ((float)Options.Beta1, (float)Options.Beta2);
        float step = (float)(rate / (1 - Math.Pow(Options.Beta1, Steps)));
        float correction = (float)(1 / (1 - Math.Pow(Options.Beta2, Steps)));
        float keep = slot.Decays ? (float)(1 - rate * Options.WeightDecay) : 1;
        Span<float> weights = slot.Weights;
        Span<float> gradient = slot.Gradient;
        Span<float> first = slot.First;
        Span<float> second = slot.Second;
        for (int i = 0; i < weights.Length; i++)
        {
            float g = gradient[i] * clip;
            first[i] += (1 - beta1) * (g - first[i]);
            second[i] += (1 - beta2) * (g * g - second[i]);
            weights[i] = weights[i] * keep - step * first[i] / (MathF.Sqrt(second[i] * correction) + Epsilon);
        }
    }

    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
