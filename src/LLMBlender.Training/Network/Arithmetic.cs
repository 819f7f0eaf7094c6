using static TorchSharp.torch;
using Scalar = TorchSharp.Scalar;

namespace LLMBlender.Training.Network;

/// <summary>
/// Sums for code that runs on several threads. TorchSharp makes a <see cref="Scalar"/> for every plain number, the 1 in a + 1·b included,
/// and the collector may free it while libtorch still reads it; the ones here live as long as the process.
/// </summary>
internal static class Arithmetic
{
    private static readonly Scalar One = 1;

    public static Tensor Add(Tensor a, Tensor b) => a.add(b, One);

    public static Tensor Subtract(Tensor a, Tensor b) => Add(a, b.neg());

    /// <summary>Adds <paramref name="b"/> to <paramref name="a"/> itself.</summary>
    public static Tensor AddTo(Tensor a, Tensor b) => a.add_(b, One);
}
