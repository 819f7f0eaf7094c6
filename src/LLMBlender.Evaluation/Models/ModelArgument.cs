using LLMBlender.Records;

namespace LLMBlender.Evaluation.Models;

/// <summary>
/// The argument of a metric or ranker with a model: <c>MODEL</c>, or <c>MODEL+key=value+…</c>, because commas separate metrics
/// and rankers.
/// </summary>
/// <param name="Spelling">The whole argument, for errors.</param>
/// <param name="Folder">The model's folder.</param>
/// <param name="Settings">The values by key.</param>
internal sealed record ModelArgument(string Spelling, string Folder, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>Parses an argument and finds its model.</summary>
    /// <param name="spelling">The argument.</param>
    /// <param name="setup">Finds the model.</param>
    /// <param name="keys">The allowed keys.</param>
    /// <exception cref="UsageException">A part is not <c>key=value</c>, or its key is unknown.</exception>
    /// <exception cref="LLMBlender.Inference.ModelException">The model doesn't exist.</exception>
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

    /// <summary>A setting's text; null if absent.</summary>
    public string? Text(string key) => Settings.GetValueOrDefault(key);

    /// <summary>A setting's number; null if absent.</summary>
    /// <exception cref="UsageException">It is not an integer of at least <paramref name="minimum"/>.</exception>
    public int? Number(string key, int minimum) =>
        Text(key) is not { } text ? null
        : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= minimum ? number
        : throw new UsageException($"\"{Spelling}\": {key} is \"{text}\", and must be a whole number from {minimum} on");
}
