using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>T5's layer norm: y = w·x / √(mean(x²) + ε), with neither mean nor bias.</summary>
internal sealed class RmsNorm : nn.Module
{
    private readonly Parameter weight;
    private readonly double epsilon;

    public RmsNorm(int size, double epsilon)
        : base(nameof(RmsNorm))
    {
        this.epsilon = epsilon;
        weight = new Parameter(ones(size));
        register_parameter("weight", weight);
    }

    /// <param name="x">[…, size]</param>
    public Tensor Forward(Tensor x) => Operation.apply(x, weight, (float)epsilon);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            weight.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>One pass over x in each direction, where libtorch's own operations would take six and more.</summary>
    private sealed class Operation : autograd.SingleTensorFunction<Operation>
    {
        public override string Name => nameof(RmsNorm);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Tensor x = ((Tensor)vars[0]).contiguous();
            var weight = (Tensor)vars[1];
            float[] inverses = new float[x.numel() / weight.numel()];
            Tensor y = empty(x.shape);
            ReadOnlySpan<float> w = Floats(weight);
            ReadOnlySpan<float> from = Floats(x);
            Span<float> to = Floats(y);
            for (int row = 0; row < inverses.Length; row++)
            {
                ReadOnlySpan<float> given = from.Slice(row * w.Length, w.Length);
                Span<float> made = to.Slice(row * w.Length, w.Length);
                inverses[row] = 1 / MathF.Sqrt(TensorPrimitives.SumOfSquares(given) / w.Length + (float)vars[2]);
                TensorPrimitives.Multiply(given, inverses[row], made);
                TensorPrimitives.Multiply(made, w, made);
            }

            ctx.save_for_backward([x, weight]);
            ctx.save_data(nameof(inverses), inverses);
            return y;
        }

        // With r = 1/√(mean(x²) + ε) and g = ∂loss/∂y: ∂x = r·w·g − x·r³/d·Σ(w·g·x), ∂w = Σ over rows of r·g·x.
        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var (x, weight) = (saved[0], saved[1]);
            float[] inverses = (float[])ctx.get_data(nameof(inverses));
            Tensor upstream = grad_output.contiguous();
            Tensor gradient = empty(x.shape);
            Tensor weightGradient = zeros(weight.shape);
            ReadOnlySpan<float> w = Floats(weight);
            Span<float> sum = Floats(weightGradient);
            float[] product = new float[w.Length];
            for (int row = 0; row < inverses.Length; row++)
            {
                ReadOnlySpan<float> given = Floats(x).Slice(row * w.Length, w.Length);
                ReadOnlySpan<float> above = Floats(upstream).Slice(row * w.Length, w.Length);
                Span<float> made = Floats(gradient).Slice(row * w.Length, w.Length);
                float r = inverses[row];
                TensorPrimitives.Multiply(above, given, product);
                TensorPrimitives.MultiplyAdd(product, r, sum, sum);
                float share = -r * r * r / w.Length * TensorPrimitives.Dot<float>(product, w);
                TensorPrimitives.Multiply(above, w, made);
                TensorPrimitives.Multiply(made, r, made);
                TensorPrimitives.MultiplyAdd(given, share, made, made);
            }

            return [gradient, weightGradient, null!];
        }

        private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
    }
}
