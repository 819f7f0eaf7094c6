namespace LLMBlender.Evaluation.Verification;

/// <summary>The result of comparing a model with the reference.</summary>
public sealed class Verdict
{
    private readonly List<Quantity> quantities = [];
    private readonly Dictionary<string, int> skipped = new(StringComparer.Ordinal);

    /// <summary>The quantities compared, in order of first use.</summary>
    public IReadOnlyList<Quantity> Quantities => quantities;

    /// <summary>The number of skipped cases by reason.</summary>
    public IReadOnlyDictionary<string, int> Skipped => skipped;

    /// <summary>The largest difference of all numeric quantities.</summary>
    public double Largest => quantities.Where(quantity => !quantity.IsExact).Select(quantity => quantity.Largest).DefaultIfEmpty(0).Max();

    /// <summary>Whether at least one value was compared and all are within tolerance.</summary>
    public bool IsVerified => quantities.Exists(quantity => quantity.Values > 0) && quantities.TrueForAll(quantity => quantity.IsWithin);

    /// <summary>Returns the quantity with a name, creating it if necessary.</summary>
    public Quantity Of(string name, double tolerance)
    {
        var quantity = quantities.Find(known => known.Name == name);
        if (quantity is null)
        {
            quantity = new Quantity(name, tolerance);
            quantities.Add(quantity);
        }

        return quantity;
    }

    /// <summary>Records a skipped case.</summary>
    public void Skip(string reason) => skipped[reason] = skipped.GetValueOrDefault(reason) + 1;
}
