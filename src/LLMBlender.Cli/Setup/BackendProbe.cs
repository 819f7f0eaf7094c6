using System.Diagnostics;
using System.Globalization;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Settings;
using Microsoft.Extensions.AI;

namespace LLMBlender.Cli.Setup;

/// <summary>Checks a backend's address, key and model with one short call.</summary>
internal static class BackendProbe
{
    private const string Question = "Answer with the word: ready";

    // A local model is read from disk first.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Calls backends at the same time.</summary>
    /// <param name="backends">The backends.</param>
    /// <param name="report">Called with a line for each, in their order.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>The backends that answered.</returns>
    public static async Task<List<Backend>> RunAsync(IReadOnlyCollection<Backend> backends, Action<string> report, CancellationToken cancellationToken)
    {
        var answered = new List<Backend>();
        foreach (var (backend, probe) in backends.Select(backend => (backend, ProbeAsync(backend, cancellationToken))).ToList())
        {
            var (seconds, problem) = await probe;
            report(string.Create(CultureInfo.InvariantCulture, $"{(problem is null ? "ok    " : "failed")}  {backend.Name}  {problem ?? $"answered in {seconds:0.0} s"}"));
            if (problem is null)
            {
                answered.Add(backend);
            }
        }

        return answered;
    }

    /// <summary>Creates backends from settings, as a configuration does.</summary>
    /// <exception cref="SettingsException">A rule is broken, or a key is missing.</exception>
    public static List<Backend> Create(IEnumerable<BackendSettings> settings, Func<string, string?> variable) =>
        [.. settings.Select(one => BackendFactory.Create(one with { Attempts = 1 }, KeyReference.Find(one, one.Name, variable), TimeProvider.System))];

    private static async Task<(double Seconds, string? Problem)> ProbeAsync(Backend backend, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var start = Stopwatch.GetTimestamp();
        try
        {
            await backend.Client.GetResponseAsync(Question, cancellationToken: limit.Token);
            return (Stopwatch.GetElapsedTime(start).TotalSeconds, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (0, $"has not answered within {Limit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            return (0, backend.Explain(e));
        }
    }
}
