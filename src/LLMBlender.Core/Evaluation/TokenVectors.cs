namespace LLMBlender.Core.Evaluation;

/// <summary>A text as one vector and one weight per token.</summary>
public sealed class TokenVectors
{
    private readonly float[] values;
    private readonly double[] weights;

    /// <param name="states">Hidden states, [tokens, width], row-major; they are normalised here.</param>
    /// <param name="weights">A weight for each token, 0 for special tokens.</param>
    /// <exception cref="ArgumentException">The lengths are inconsistent.</exception>
    public TokenVectors(ReadOnlySpan<float> states, double[] weights)
    {
        if (weights.Length == 0 || states.Length % weights.Length != 0)
        {
            throw new ArgumentException($"{states.Length} numbers are not a multiple of {weights.Length} tokens", nameof(states));
        }

        this.weights = weights;
        Width = states.Length / weights.Length;
        values = states.ToArray();
        for (var token = 0; token < weights.Length; token++)
        {
            var vector = values.AsSpan(token * Width, Width);
            double squares = 0;
            foreach (var value in vector)
            {
                squares += (double)value * value;
            }

            var length = Math.Sqrt(squares);
            for (var i = 0; i < vector.Length && length > 0; i++)
            {
                vector[i] = (float)(vector[i] / length);
            }
        }

        TotalWeight = weights.Sum();
    }

    /// <summary>The number of tokens.</summary>
    public int Count => weights.Length;

    /// <summary>The length of a vector.</summary>
    public int Width { get; }

    /// <summary>The sum of all weights.</summary>
    public double TotalWeight { get; }

    /// <summary>A token's unit vector.</summary>
    public ReadOnlySpan<float> this[int token] => values.AsSpan(token * Width, Width);

    /// <summary>A token's weight.</summary>
    public double Weight(int token) => weights[token];
}
