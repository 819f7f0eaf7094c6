namespace LLMBlender.Local.Settings.Discovery;

/// <summary>Chooses a few models of a list for a panel.</summary>
internal static class ModelChoice
{
    // Parts of the names of providers' small models, which answer fast and cost little.
    private static readonly string[] SmallNames = ["mini", "flash", "haiku", "small", "fast", "instant", "lite", "turbo", "nano", "chat", "sonnet"];

    /// <summary>Chooses models of different families first, in the order of the list; each model once, whatever its number of names.</summary>
    /// <param name="models">The models, each with what it belongs to.</param>
    /// <param name="most">The largest number of models.</param>
    public static List<(T Owner, ListedModel Model)> OfServers<T>(IEnumerable<(T Owner, ListedModel Model)> models, int most)
    {
        var distinct = models.DistinctBy(static entry => entry.Model.Digest ?? $"{entry.Owner} {entry.Model.Id}").ToList();
        var first = distinct.DistinctBy(static entry => entry.Model.Family).ToList();
        return [.. first.Concat(distinct.Except(first)).Take(most)];
    }

    /// <summary>
    /// Chooses models of a provider: its usual ones that the list contains, then the newest others with the name of a small model. The usual ones
    /// if there is no list.
    /// </summary>
    public static string[] OfProvider(Providers provider, ListedModel[] listed, int most)
    {
        if (listed.Length == 0)
        {
            return [.. provider.Models.Take(most)];
        }

        var known = listed.Select(static model => model.Id).ToHashSet(StringComparer.Ordinal);
        var usual = provider.Models.Where(model => known.Contains(model) || known.Any(id => id.StartsWith($"{model}-2", StringComparison.Ordinal)));
        var small = listed
            .Where(static model => SmallNames.Any(part => model.Id.Contains(part, StringComparison.OrdinalIgnoreCase)) && !model.Id.Contains("preview", StringComparison.Ordinal))
            .OrderByDescending(static model => model.Created, StringComparer.Ordinal)
            .Select(static model => model.Id);
        return [.. usual.Concat(small).Concat(listed.Select(static model => model.Id)).Distinct(StringComparer.Ordinal).Take(most)];
    }
}
