namespace LLMBlender.Evaluation.Verification;

/// <summary>How a model compares with the reference.</summary>
public sealed class Verdict
{
    private readonly List<Quantity> quantities = [];
    private readonly Dictionary<string, int> skipped = new(StringComparer.Ordinal);

    /// <summary>What was held to the reference, in the order in which it came up.</summary>
    public IReadOnlyList<Quantity> Quantities => quantities;

    /// <summary>Why cases were left out, and how many for each reason.</summary>
    public IReadOnlyDictionary<string, int> Skipped => skipped;

    /// <summary>The largest difference of a number.</summary>
    public double Largest => quantities.Where(quantity => !quantity.IsExact).Select(quantity => quantity.Largest).DefaultIfEmpty(0).Max();

    /// <summary>Whether something was held to the reference and all of it is within its tolerance.</summary>
    public bool IsVerified => quantities.Exists(quantity => quantity.Values > 0) && quantities.TrueForAll(quantity => quantity.IsWithin);

    /// <summary>The quantity of a name, begun where it is new.</summary>
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

    /// <summary>Leaves a case out.</summary>
    public void Skip(string reason) => skipped[reason] = skipped.GetValueOrDefault(reason) + 1;
}
