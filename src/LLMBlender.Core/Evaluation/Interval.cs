namespace LLMBlender.Core.Evaluation;

/// <summary>A statistic over records with its 95 % interval.</summary>
/// <param name="Value">The value; NaN if it is undefined.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
/// <param name="Count">The number of records.</param>
public readonly record struct Interval(double Value, double Low, double High, int Count)
{
    /// <summary>An undefined value.</summary>
    public static Interval None { get; } = new(double.NaN, double.NaN, double.NaN, 0);

    /// <summary>Whether the value is defined.</summary>
    public bool IsThere => !double.IsNaN(Value);
}
