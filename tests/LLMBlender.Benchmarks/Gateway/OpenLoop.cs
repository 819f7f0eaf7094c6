using System.Diagnostics;
using System.Net.Http.Json;

namespace LLMBlender.Benchmarks.Gateway;

/// <summary>Asks at a steady rate, whether or not answers come: who waits for answers before asking on hides how late they are.</summary>
internal static class OpenLoop
{
    /// <summary>What came of a request.</summary>
    /// <param name="Status">The HTTP status; 0 where there was no answer.</param>
    /// <param name="Seconds">From when it was due to its answer's end.</param>
    /// <param name="RetryAfter">Whether it said when to come again.</param>
    /// <param name="Done">When it ended, in seconds from the start.</param>
    public sealed record Outcome(int Status, double Seconds, bool RetryAfter, double Done);

    /// <summary>Asks.</summary>
    /// <param name="http">Whom.</param>
    /// <param name="perSecond">Requests a second.</param>
    /// <param name="count">Requests.</param>
    /// <param name="body">The body of each.</param>
    /// <param name="path">The route.</param>
    public static async Task<Outcome[]> AskAsync(HttpClient http, double perSecond, int count, Func<int, object> body, string path = "/v1/chat/completions")
    {
        var start = Stopwatch.GetTimestamp();
        var asked = new Task<Outcome>[count];
        for (var i = 0; i < count; i++)
        {
            var due = i / perSecond;
            var wait = due - Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (wait > 0.001)
            {
                await Task.Delay(TimeSpan.FromSeconds(wait));
            }

            asked[i] = AskAsync(http, path, body(i), start, due);
        }

        return await Task.WhenAll(asked);
    }

    /// <summary>A quantile of sorted numbers.</summary>
    public static double Quantile(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];

    private static async Task<Outcome> AskAsync(HttpClient http, string path, object body, long start, double due)
    {
        try
        {
            using var response = await http.PostAsJsonAsync(path, body);
            await response.Content.ReadAsByteArrayAsync();
            var done = Stopwatch.GetElapsedTime(start).TotalSeconds;
            return new Outcome((int)response.StatusCode, done - due, response.Headers.RetryAfter is not null, done);
        }
        catch (HttpRequestException)
        {
            var done = Stopwatch.GetElapsedTime(start).TotalSeconds;
            return new Outcome(0, done - due, false, done);
        }
    }
}
