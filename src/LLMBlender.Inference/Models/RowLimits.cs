namespace LLMBlender.Inference.Models;

/// <summary>The lengths of a classifier's rows, recorded in its manifest: a reward model ranks best at the lengths that it was trained with.</summary>
/// <param name="MaxLength">The maximum number of tokens in a row, at least 16; null for the encoder's own.</param>
/// <param name="SourceMaxLength">
/// The tokens that a source keeps at its end in a row that is too long, at least 4 and at most half of the row; null if the longer text is
/// truncated first.
/// </param>
public readonly record struct RowLimits(int? MaxLength = null, int? SourceMaxLength = null)
{
    private const int Shortest = 16;
    private const int ShortestSource = 4;

    internal ImportPlan Apply(ImportPlan plan, string config)
    {
        if (MaxLength is null && SourceMaxLength is null)
        {
            return plan;
        }

        if (plan.Kind is not (ModelKind.Classifier or ModelKind.SummaReranker))
        {
            throw new ModelException(config, $"is imported as a {plan.Kind}: only the rows of a {ModelKind.Classifier} or a {ModelKind.SummaReranker} can be limited");
        }

        if (MaxLength is { } length && (length < Shortest || length > plan.MaxLength))
        {
            throw new ModelException(config, $"can't have rows of {length} tokens: they must have from {Shortest} to {plan.MaxLength?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any number"}");
        }

        var row = MaxLength ?? plan.MaxLength;
        return SourceMaxLength is { } source && (source < ShortestSource || source > row / 2)
            ? throw new ModelException(config, $"can't keep {source} tokens of a source: it must be from {ShortestSource} to half of the row, {row / 2}")
            : plan with { MaxLength = row, SourceMaxLength = SourceMaxLength };
    }
}
