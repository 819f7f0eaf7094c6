using System.Collections.Concurrent;
using System.Text.Json;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Scoring;
using LLMBlender.Local.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LLMBlender.TestKit.Backends;

/// <summary>
/// A fake of score servers: a real Kestrel that has the rerank, predict, score and classify APIs of Text Embeddings Inference, vLLM, Cohere
/// and Jina with their limits. A text's logit is the number that it begins with. Safe for concurrent use.
/// </summary>
public sealed class FakeScoreServer : IAsyncDisposable
{
    /// <summary>The most texts of a call that Text Embeddings Inference accepts by default.</summary>
    public const int MaxClientBatch = 32;

    /// <summary>The most characters of a text that is not truncated.</summary>
    public const int MaxCharacters = 1000;

    private readonly WebApplication app;
    private readonly ConcurrentQueue<FakeCall> calls = new();

    private FakeScoreServer(WebApplication app) => this.app = app;

    /// <summary>The server's address, without a path.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Its calls, in order.</summary>
    public IReadOnlyCollection<FakeCall> Calls => calls;

    /// <summary>Answers calls instead of the API; null for the API.</summary>
    public Func<FakeCall, Task>? Script { get; set; }

    /// <summary>Starts one.</summary>
    public static async Task<FakeScoreServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FakeScoreServer(app);
        app.MapPost("{**path}", server.AnswerAsync);
        await app.StartAsync();
        server.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    /// <summary>The settings of a scorer of this server, with one attempt.</summary>
    public ScorerSettings Settings(string kind, string name = "scorer") => new() { Name = name, Kind = kind, Url = Url, Model = "m", Attempts = 1 };

    /// <summary>A registry with a scorer of this server.</summary>
    public PanelRegistry Panels(string kind, string name = "scorer")
    {
        var panels = new PanelRegistry();
        panels.Add(Scorer.Create(Settings(kind, name), null, TimeProvider.System));
        return panels;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));

    private static double Logit(JsonElement text) => double.Parse(text.GetString()!.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var call = new FakeCall(context, body.RootElement.Clone());
        calls.Enqueue(call);
        try
        {
            await (Script is { } script ? script(call) : AnswerAsync(call));
        }
        catch (OperationCanceledException)
        {
            // The client has closed the connection.
        }
    }

    private static Task AnswerAsync(FakeCall call)
    {
        var body = call.Body;
        var isTei = body.TryGetProperty("raw_scores", out var raw);
        if (isTei && Tei(body) is { } refusal)
        {
            return call.JsonAsync(JsonSerializer.Serialize(new { error = refusal, error_type = "Validation" }), 413);
        }

        var areLogits = isTei ? raw.GetBoolean() : body.TryGetProperty("use_activation", out var active) && !active.GetBoolean();
        double Score(JsonElement text) => areLogits ? Logit(text) : Sigmoid(Logit(text));
        object answer = (call.Context.Request.Path.Value, isTei) switch
        {
            ("/rerank", true) => Sorted(body.GetProperty("texts"), Score).Select(static one => new { index = one.Index, score = one.Score }),
            ("/predict", _) => body.GetProperty("inputs").EnumerateArray().Select(pair => new[] { new { score = Score(pair[1]), label = "LABEL_0" } }),
            ("/score", _) => new
            {
                id = "score-1",
                @object = "list",
                model = "m",
                data = body.GetProperty("text_2").EnumerateArray().Select((text, i) => new { index = i, @object = "score", score = Score(text) }),
                usage = new { prompt_tokens = 9, total_tokens = 9 },
            },
            ("/classify", _) => new
            {
                id = "classify-1",
                @object = "list",
                data = new[] { new { index = 0, label = "LABEL_0", probs = new[] { Score(body.GetProperty("messages")[1].GetProperty("content")) }, num_classes = 1 } },
            },
            _ => new
            {
                id = "rerank-1",
                results = Sorted(body.GetProperty("documents"), Score).Select(static one => new { index = one.Index, relevance_score = one.Score }),
            },
        };
        return call.JsonAsync(JsonSerializer.Serialize(answer));
    }

    private static string? Tei(JsonElement body)
    {
        var texts = body.GetProperty(body.TryGetProperty("texts", out _) ? "texts" : "inputs").EnumerateArray().ToArray();
        return texts.Length > MaxClientBatch ? $"batch size {texts.Length} > maximum allowed batch size {MaxClientBatch}"
            : !body.GetProperty("truncate").GetBoolean() && texts.Any(static text => text.GetRawText().Length > MaxCharacters)
                ? "`inputs` must have less than 512 tokens"
            : null;
    }

    private static IEnumerable<(int Index, double Score)> Sorted(JsonElement texts, Func<JsonElement, double> score) =>
        texts.EnumerateArray().Select((text, i) => (i, score(text))).OrderByDescending(static one => one.Item2);
}
