using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.RateLimiting;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;
using Polly;

namespace LLMBlender.Local.Scoring;

/// <summary>
/// A server that scores each candidate alone. Calls are limited, retried, and stopped by a circuit breaker while the server keeps
/// failing, like those of backends. Safe for concurrent use.
/// </summary>
public sealed class Scorer : IDisposable
{
    private const int MaxWaiting = 1024;

    // Scores at 0 and 1, which single precision rounds to, have a logit of 16.
    private const double LeastProbability = 1e-7;

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IScoreProtocol protocol;
    private readonly HttpClient http;
    private readonly Uri endpoint;
    private readonly ResiliencePipeline retries;
    private readonly ConcurrencyLimiter places;
    private readonly WireFailure failures;
    private readonly TimeProvider timeProvider;

    private Scorer(ScorerSettings settings, Secret? key, TimeProvider timeProvider)
    {
        (Settings, Key, this.timeProvider) = (settings, key, timeProvider);
        protocol = ScoreProtocols.Create(settings);
        var url = new Uri(settings.Url!);
        endpoint = url.AbsolutePath == "/" ? new Uri(url, protocol.Path) : url;
        http = new HttpClient(new SocketsHttpHandler
        {
            // A redirect would send the texts and the key to another server.
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            MaxResponseHeadersLength = 64,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        retries = BackendRetries.Create(new BackendSettings { Attempts = settings.Attempts }, timeProvider);
        places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = settings.MaxConcurrency, QueueLimit = MaxWaiting });
        failures = new WireFailure(key, timeProvider);
    }

    /// <summary>The name that panels and requests use.</summary>
    public string Name => Settings.Name;

    /// <summary>The settings.</summary>
    public ScorerSettings Settings { get; }

    /// <summary>The API key; null for none.</summary>
    internal Secret? Key { get; }

    /// <summary>Creates a scorer from validated settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="key">The API key; null for none.</param>
    /// <param name="timeProvider">Measures time limits, retry delays and breaks.</param>
    public static Scorer Create(ScorerSettings settings, Secret? key, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new Scorer(settings, key, timeProvider);
    }

    /// <summary>Scores texts, each once, in concurrent calls of at most <see cref="ScorerSettings.MaxBatch"/> texts.</summary>
    /// <param name="source">Instruction and input, concatenated without a separator.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>A finite logit for each text, in the same order; the higher, the better the text.</returns>
    /// <exception cref="BackendException">A call failed, or its answer is invalid. The message does not contain the key.</exception>
    public Task<double[]> ScoreAsync(string source, IReadOnlyList<string> texts, CancellationToken cancellationToken = default) =>
        ScoreAsync(source, texts, static call => call(), cancellationToken);

    /// <summary>Scores texts with calls that the caller measures.</summary>
    /// <inheritdoc cref="ScoreAsync(string, IReadOnlyList{string}, CancellationToken)"/>
    internal async Task<double[]> ScoreAsync(
        string source, IReadOnlyList<string> texts, Func<Func<Task<double[]>>, Task<double[]>> measure, CancellationToken cancellationToken)
    {
        // The first failure ends the other calls, whose scores are of no use without it.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = texts.Chunk(Math.Min(Settings.MaxBatch, protocol.MaxBatch));
        return [.. (await Task.WhenAll(batches.Select(StopOnFailureAsync))).SelectMany(static scores => scores)];

        async Task<double[]> StopOnFailureAsync(string[] batch)
        {
            try
            {
                return await measure(() => CallAsync(source, batch, stop.Token));
            }
            catch (BackendException)
            {
                await stop.CancelAsync();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        places.Dispose();
    }

    private async Task<double[]> CallAsync(string source, string[] texts, CancellationToken cancellationToken)
    {
        using var place = await places.AcquireAsync(1, cancellationToken);
        if (!place.IsAcquired)
        {
            throw new BackendException(BlendFailureReason.Overloaded, $"{MaxWaiting} calls already wait for it") { IsRejectedLocally = true };
        }

        try
        {
            var scores = await retries.ExecuteAsync(async token => await AttemptAsync(source, texts, token), cancellationToken);
            return Array.ConvertAll(scores, ToLogit);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && failures.Create(e) is { } failure)
        {
            throw failure;
        }
    }

    private async Task<double[]> AttemptAsync(string source, string[] texts, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Settings.Timeout, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = CreateRequest(source, texts);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            if (!response.IsSuccessStatusCode)
            {
                throw await failures.CreateAsync(response, linked.Token);
            }

            await response.Content.LoadIntoBufferAsync(Settings.MaxAnswerBytes, linked.Token);
            return Read(await response.Content.ReadAsByteArrayAsync(linked.Token), texts.Length);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new BackendException(BlendFailureReason.TimedOut, $"no answer within {Settings.Timeout.TotalSeconds:0.###} s");
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new BackendException(BlendFailureReason.Faulted, $"its answer is longer than {Settings.MaxAnswerBytes} bytes");
        }
        catch (Exception e) when (!linked.IsCancellationRequested && failures.Create(e) is { } failure)
        {
            throw failure;
        }
    }

    private HttpRequestMessage CreateRequest(string source, string[] texts)
    {
        var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, Relaxed))
        {
            json.WriteStartObject();
            protocol.Write(json, source, texts);
            json.WriteEndObject();
        }

        var content = new ByteArrayContent(body.GetBuffer(), 0, (int)body.Length);
        content.Headers.ContentType = Json;
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = content };
        if (Key is { } key)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key.Value}");
        }

        return request;
    }

    private double[] Read(byte[] answer, int count)
    {
        JsonElement root;
        try
        {
            root = LenientJson.Parse(answer);
        }
        catch (JsonException e)
        {
            throw new BackendException(BlendFailureReason.Faulted, $"its answer is not JSON: {e.Message}");
        }

        return root.ValueKind is JsonValueKind.Object && UpstreamError.Find(root, null) is { } error ? throw error : protocol.Read(root, count);
    }

    private double ToLogit(double score)
    {
        if (!Settings.ScoresAreProbabilities)
        {
            return score;
        }

        if (score is < 0 or > 1)
        {
            throw ScoreList.Invalid(string.Create(
                CultureInfo.InvariantCulture,
                $"a score is {score}, and must be a probability from 0 to 1; the setting Scores is {ScorerSettings.Logit} for other scores"));
        }

        var probability = Math.Clamp(score, LeastProbability, 1 - LeastProbability);
        return Math.Log(probability / (1 - probability));
    }
}
