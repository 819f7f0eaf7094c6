using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Settings;

namespace LLMBlender.Local.Telemetry;

/// <summary>Measures and traces a scorer's calls like those of a chat model. Serves one request.</summary>
/// <param name="settings">The scorer's settings, whose values are the labels.</param>
/// <param name="metrics">Counts the calls.</param>
/// <param name="deadline">The request's deadline; distinguishes timed-out calls from cancelled ones.</param>
internal sealed class ScoreMeter(ScorerSettings settings, ChatMetrics metrics, Deadline deadline)
{
    private const string Operation = "score";

    private readonly string model = settings.Model.Length > 0 ? settings.Model : settings.Name;

    /// <summary>Measures a call.</summary>
    public async Task<T> MeasureAsync<T>(Func<Task<T>> call)
    {
        TagList tags = new()
        {
            { "gen_ai.operation.name", Operation },
            { "gen_ai.provider.name", settings.Kind },
            { "gen_ai.request.model", model },
            { "llmblender.backend", settings.Name },
        };
        using var span = BlendTracing.Start(Operation, model, ActivityKind.Client);
        foreach (var (name, value) in tags)
        {
            span?.SetTag(name, value);
        }

        var start = Stopwatch.GetTimestamp();
        try
        {
            var result = await call();
            metrics.Called(tags, Stopwatch.GetElapsedTime(start).TotalSeconds, null);
            return result;
        }
        catch (Exception e)
        {
            var error = FailureReasonLabels.OfCall(e, deadline);
            metrics.Called(tags, Stopwatch.GetElapsedTime(start).TotalSeconds, error);
            span.Fail(error);
            throw;
        }
    }
}
