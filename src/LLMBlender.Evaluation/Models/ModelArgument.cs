using LLMBlender.Records;

namespace LLMBlender.Evaluation.Models;

/// <summary>
/// What stands after the colon of a metric or ranker that takes a model: <c>MODEL</c>, or <c>MODEL+key=value+…</c>, for commas part
/// metrics and rankers from each other.
/// </summary>
/// <param name="Spelling">The whole argument, for errors.</param>
/// <param name="Folder">The model's folder.</param>
/// <param name="Settings">The values by key.</param>
internal sealed record ModelArgument(string Spelling, string Folder, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>Reads an argument, and finds its model.</summary>
    /// <param name="spelling">The argument.</param>
    /// <param name="setup">Where models are looked for.</param>
    /// <param name="keys">The keys that it may have.</param>
    /// <exception cref="UsageException">A part is no key=value, or its key isn't known.</exception>
    /// <exception cref="LLMBlender.Inference.ModelException">There is no such model.</exception>
    public static ModelArgument Read(string spelling, EvaluationSetup setup, params string[] keys)
    {
        var parts = spelling.Split('+');
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            if (part.Split('=', 2) is not [var key, { Length: > 0 } value] || !keys.Contains(key) || !settings.TryAdd(key, value))
            {
                throw new UsageException(keys.Length == 0
                    ? $"\"{spelling}\": \"{part}\" follows the model, and nothing may"
                    : $"\"{spelling}\": \"{part}\" must be KEY=VALUE, once for each of {string.Join(", ", keys)}");
            }
        }

        return new ModelArgument(spelling, setup.Take(parts[0]), settings);
    }

    /// <summary>A setting's text; null where it isn't given.</summary>
    public string? Text(string key) => Settings.GetValueOrDefault(key);

    /// <summary>A setting's number; null where it isn't given.</summary>
    /// <exception cref="UsageException">It is no whole number from <paramref name="minimum"/> on.</exception>
    public int? Number(string key, int minimum) =>
        Text(key) is not { } text ? null
        : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= minimum ? number
        : throw new UsageException($"\"{Spelling}\": {key} is \"{text}\", and must be a whole number from {minimum} on");
}
