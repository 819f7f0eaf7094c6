namespace LLMBlender.Core.Evaluation;

/// <summary>A figure over records with its 95 % interval.</summary>
/// <param name="Value">The figure; NaN where there is nothing to say.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
/// <param name="Count">Over how many records.</param>
public readonly record struct Interval(double Value, double Low, double High, int Count)
{
    /// <summary>No figure.</summary>
    public static Interval None { get; } = new(double.NaN, double.NaN, double.NaN, 0);

    /// <summary>Whether there is a figure.</summary>
    public bool IsThere => !double.IsNaN(Value);
}
