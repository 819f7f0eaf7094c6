using System.Collections.Concurrent;
using LLMBlender.Abstractions;
using LLMBlender.Local.Scoring;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Local.Tests.Scoring;

/// <summary>Each API over real HTTP.</summary>
public sealed class ScorerTests : IAsyncLifetime
{
    private const string Key = "sk-secret-0123456789";
    private static readonly string[] Texts = ["1.5 is a", "-2 is b", "4 is c", "0 is d"];
    private static readonly double[] Logits = [1.5, -2, 4, 0];

    private FakeScoreServer server = null!;

    public async ValueTask InitializeAsync() => server = await FakeScoreServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    public static TheoryData<string, string, string> Requests => new()
    {
        { ScorerSettings.TeiRerank, "/rerank", """{"query":"Which?","texts":["1 a","2 b"],"raw_scores":true,"return_text":false,"truncate":true}""" },
        { ScorerSettings.TeiPredict, "/predict", """{"inputs":[["Which?","1 a"],["Which?","2 b"]],"raw_scores":true,"truncate":true}""" },
        { ScorerSettings.VllmScore, "/score", """{"model":"m","text_1":"Which?","text_2":["1 a","2 b"],"truncate_prompt_tokens":-1,"use_activation":false}""" },
        { ScorerSettings.VllmRerank, "/rerank", """{"model":"m","query":"Which?","documents":["1 a","2 b"],"truncate_prompt_tokens":-1,"use_activation":false}""" },
        { ScorerSettings.CohereRerank, "/v2/rerank", """{"model":"m","query":"Which?","documents":["1 a","2 b"]}""" },
        { ScorerSettings.JinaRerank, "/v1/rerank", """{"model":"m","query":"Which?","documents":["1 a","2 b"],"return_documents":false}""" },
    };

    public static TheoryData<string, string?> KindsAndScores
    {
        get
        {
            var data = new TheoryData<string, string?>();
            foreach (var kind in ScorerSettings.Kinds)
            {
                data.Add(kind, null);
                data.Add(kind, ScorerSettings.Probability);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Score_Kind_SendsTheRequestOfItsApi(string kind, string path, string body)
    {
        using var scorer = Create(server.Settings(kind));

        await ScoreAsync(scorer, "1 a", "2 b");

        var call = Assert.Single(server.Calls);
        Assert.Equal((path, body), (call.Path, call.Body.GetRawText()));
    }

    [Fact]
    public async Task Score_VllmClassify_SendsAConversationForEachText()
    {
        using var scorer = Create(server.Settings(ScorerSettings.VllmClassify));

        await ScoreAsync(scorer, "1 a", "2 b");

        Assert.Equal(
            [
                """{"model":"m","messages":[{"role":"user","content":"Which?"},{"role":"assistant","content":"1 a"}],"truncate_prompt_tokens":-1,"use_activation":false}""",
                """{"model":"m","messages":[{"role":"user","content":"Which?"},{"role":"assistant","content":"2 b"}],"truncate_prompt_tokens":-1,"use_activation":false}""",
            ],
            server.Calls.Select(static call => call.Body.GetRawText()).Order());
    }

    [Theory]
    [MemberData(nameof(KindsAndScores))]
    public async Task Score_Kind_ReturnsLogitsInTheOrderOfTheTexts(string kind, string? scores)
    {
        using var scorer = Create(server.Settings(kind) with { Scores = scores });

        var found = await ScoreAsync(scorer, Texts);

        Assert.Equal(Logits, found, (one, other) => Math.Abs(one - other) < 1e-9);
    }

    [Fact]
    public async Task Score_ManyTexts_AreSentInBatches()
    {
        using var scorer = Create(server.Settings(ScorerSettings.TeiRerank));

        var found = await ScoreAsync(scorer, [.. Enumerable.Range(0, 70).Select(static i => $"{i} is it")]);

        Assert.Equal(Enumerable.Range(0, 70).Select(static i => (double)i), found);
        Assert.Equal([6, 32, 32], server.Calls.Select(static call => call.Body.GetProperty("texts").GetArrayLength()).Order());
    }

    [Theory]
    [InlineData(ScorerSettings.TeiRerank)]
    [InlineData(ScorerSettings.TeiPredict)]
    public async Task Score_TeiLongText_IsTruncatedByTheServer(string kind)
    {
        using var scorer = Create(server.Settings(kind));

        Assert.Equal(3, Assert.Single(await ScoreAsync(scorer, $"3 {new string('x', FakeScoreServer.MaxCharacters)}")));
    }

    [Fact]
    public async Task Score_UrlWithPath_IsUsedAsItIs()
    {
        using var scorer = Create(server.Settings(ScorerSettings.CohereRerank) with { Url = $"{server.Url}/proxy/v1/rerank?region=eu" });

        await ScoreAsync(scorer, "1 a");

        Assert.Equal("/proxy/v1/rerank?region=eu", Assert.Single(server.Calls).Path);
    }

    [Theory]
    [InlineData("""[[{"score":2,"label":"LABEL_1"},{"score":0.5,"label":"LABEL_0"}]]""", null, 1.5)]
    [InlineData("""[[{"score":2,"label":"good"},{"score":0.5,"label":"bad"}]]""", "bad", -1.5)]
    [InlineData("""[[{"score":0,"label":"c"},{"score":0,"label":"b"},{"score":0,"label":"a"}]]""", "a", -0.6931471805599453)]
    public async Task Score_TeiLabels_AreTheLogOddsOfTheOneThatCounts(string answer, string? label, double logit)
    {
        server.Script = call => call.JsonAsync(answer);
        using var scorer = Create(server.Settings(ScorerSettings.TeiPredict) with { Label = label });

        Assert.Equal(logit, Assert.Single(await ScoreAsync(scorer, "a")), 12);
    }

    [Theory]
    [InlineData("[0.25,2]", null, 1.75)]
    [InlineData("[0.25,2]", "0", -1.75)]
    [InlineData("[3]", null, 3)]
    public async Task Score_VllmLabels_AreTheLogOddsOfTheOneThatCounts(string probs, string? label, double logit)
    {
        server.Script = call => call.JsonAsync($$"""{"data":[{"index":0,"label":"x","probs":{{probs}},"num_classes":2}]}""");
        using var scorer = Create(server.Settings(ScorerSettings.VllmClassify) with { Label = label });

        Assert.Equal(logit, Assert.Single(await ScoreAsync(scorer, "a")), 12);
    }

    [Theory]
    [InlineData("""[{"index":0,"score":1}]""", "the list has 1 entries, and must have one for each of the 2 texts")]
    [InlineData("""[{"index":0,"score":1},{"index":2,"score":1}]""", "the list contains the index 2, and must contain each index from 0 to 1 once")]
    [InlineData("""[{"index":0,"score":1},{"index":0,"score":1}]""", "the list contains the index 0, and must contain each index from 0 to 1 once")]
    [InlineData("""[{"index":0,"score":1},{"index":-1,"score":1}]""", "the list contains the index -1")]
    [InlineData("""[{"index":0,"score":1},{"index":1,"score":NaN}]""", "the score of text 1 is missing or not finite, and must be a number from -1000000 to 1000000")]
    [InlineData("""[{"index":0,"score":1},{"index":1,"score":1e999}]""", "the score of text 1 is 1e999, and must be a number")]
    [InlineData("""[{"index":0,"score":1},{"index":1,"score":"2"}]""", "the score of text 1 is \"2\", and must be a number")]
    [InlineData("""{"scores":[]}""", "the list is missing, and must be a list with an entry for each text")]
    [InlineData("""[{"index":0,""", "its answer is not JSON")]
    [InlineData("<html>", "its answer is not JSON")]
    [InlineData("""{"error":"the model is asleep"}""", "it answered 200 with an error in its body: the model is asleep")]
    public async Task Score_InvalidAnswer_NamesWhatIsWrong(string answer, string problem)
    {
        server.Script = call => call.JsonAsync(answer);
        using var scorer = Create(server.Settings(ScorerSettings.TeiRerank));

        var failure = await Assert.ThrowsAsync<BackendException>(() => ScoreAsync(scorer, "a", "b"));

        Assert.Equal(BlendFailureReason.Faulted, failure.Reason);
        Assert.Contains(problem, failure.FullMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScorerSettings.TeiPredict, """[[{"score":1,"label":"good"},{"score":0,"label":"bad"}]]""", "its labels are bad, good, and the setting Label must name")]
    [InlineData(ScorerSettings.TeiPredict, "[[]]", "contains no labels")]
    [InlineData(ScorerSettings.VllmClassify, """{"data":[{"probs":[1,2,3]}]}""", "probs has 3 entries, and the setting Label must be the index")]
    [InlineData(ScorerSettings.VllmClassify, """{"data":[{"probs":[]}]}""", "probs has 0 entries")]
    [InlineData(ScorerSettings.VllmScore, """{"data":[]}""", "data has 0 entries")]
    [InlineData(ScorerSettings.CohereRerank, "{}", "results is missing")]
    [InlineData(ScorerSettings.CohereRerank, """{"results":[{"index":0,"relevance_score":3.2}]}""", "a score is 3.2, and must be a probability from 0 to 1; the setting Scores is logit for other scores")]
    public async Task Score_InvalidAnswerOfAKind_NamesWhatIsWrong(string kind, string answer, string problem)
    {
        server.Script = call => call.JsonAsync(answer);
        using var scorer = Create(server.Settings(kind));

        var failure = await Assert.ThrowsAsync<BackendException>(() => ScoreAsync(scorer, "a"));

        Assert.Contains(problem, failure.FullMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0, -16.118096)]
    [InlineData(1.0, 16.118096)]
    public async Task Score_CertainProbability_HasAFiniteLogit(double probability, double logit)
    {
        server.Script = call => call.JsonAsync($$"""{"results":[{"index":0,"relevance_score":{{probability}}}]}""");
        using var scorer = Create(server.Settings(ScorerSettings.CohereRerank));

        Assert.Equal(logit, Assert.Single(await ScoreAsync(scorer, "a")), 5);
    }

    [Fact]
    public async Task Score_HugeAnswer_IsRefused()
    {
        server.Script = call => call.JsonAsync($"[\"{new string('x', 5000)}\"]");
        using var scorer = Create(server.Settings(ScorerSettings.TeiRerank) with { MaxAnswerBytes = 1000 });

        var failure = await Assert.ThrowsAsync<BackendException>(() => ScoreAsync(scorer, "a"));

        Assert.Equal("its answer is longer than 1000 bytes", failure.FullMessage);
    }

    [Theory]
    [InlineData(413, BlendFailureReason.Refused, "it answered 413: batch size 40 > maximum allowed batch size 32")]
    [InlineData(429, BlendFailureReason.Overloaded, "it answered 429: batch size 40")]
    [InlineData(424, BlendFailureReason.Refused, "it answered 424: ")]
    [InlineData(500, BlendFailureReason.Faulted, "it answered 500: ")]
    public async Task Score_ErrorStatus_IsInTheFailure(int status, BlendFailureReason reason, string message)
    {
        server.Script = call => call.JsonAsync("""{"error":"batch size 40 > maximum allowed batch size 32","error_type":"Validation"}""", status);
        using var scorer = Create(server.Settings(ScorerSettings.TeiRerank));

        var failure = await Assert.ThrowsAsync<BackendException>(() => ScoreAsync(scorer, "a"));

        Assert.Equal((reason, status), (failure.Reason, failure.Status));
        Assert.StartsWith(message, failure.FullMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_OverloadedOnce_IsRetried()
    {
        server.Script = call =>
        {
            server.Script = null;
            return call.FailAsync(429, "busy", "0");
        };
        using var scorer = Create(server.Settings(ScorerSettings.VllmScore) with { Attempts = 2 });

        Assert.Equal(5, Assert.Single(await ScoreAsync(scorer, "5 a")));
        Assert.Equal(2, server.Calls.Count);
    }

    [Fact]
    public async Task Score_Key_IsSentAndInNoError()
    {
        server.Script = call => call.FailAsync(401, $"{call.Authorization} is not a key");
        using var scorer = Create(server.Settings(ScorerSettings.CohereRerank), new Secret(Key));

        var failure = await Assert.ThrowsAsync<BackendException>(() => ScoreAsync(scorer, "a"));

        Assert.Equal($"Bearer {Key}", Assert.Single(server.Calls).Authorization);
        Assert.Equal("it answered 401: Bearer [key] is not a key", failure.FullMessage);
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Key, scorer.Settings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_NoAnswer_TimesOut()
    {
        server.Script = static call => call.HangAsync();
        using var scorer = Create(server.Settings(ScorerSettings.TeiRerank) with { Timeout = TimeSpan.FromMilliseconds(100) });

        var failure = await Assert.ThrowsAsync<BackendException>(() => ScoreAsync(scorer, "a"));

        Assert.Equal((BlendFailureReason.TimedOut, "no answer within 0.1 s"), (failure.Reason, failure.FullMessage));
    }

    [Fact]
    public async Task Score_OneBatchFails_EndsTheOthers()
    {
        var others = new ConcurrentQueue<FakeCall>();
        server.Script = call =>
        {
            if (call.Body.GetProperty("texts")[0].GetString() == "2")
            {
                return call.FailAsync(400, "no");
            }

            others.Enqueue(call);
            return call.HangAsync();
        };
        using var scorer = Create(server.Settings(ScorerSettings.TeiRerank) with { MaxBatch = 1 });

        var failure = await Assert.ThrowsAsync<BackendException>(() => ScoreAsync(scorer, "1", "2"));

        Assert.Equal("it answered 400: no", failure.FullMessage);
        await Task.WhenAll(others.Select(static call => call.Left)).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Score_NoServer_IsUnreachable()
    {
        using var scorer = Create(new ScorerSettings { Name = "s", Kind = ScorerSettings.TeiRerank, Url = "http://127.0.0.1:1", Attempts = 1 });

        var failure = await Assert.ThrowsAsync<BackendException>(() => ScoreAsync(scorer, "a"));

        Assert.Equal(BlendFailureReason.Unreachable, failure.Reason);
    }

    private static Scorer Create(ScorerSettings settings, Secret? key = null) => Scorer.Create(settings, key, TimeProvider.System);

    private static Task<double[]> ScoreAsync(Scorer scorer, params string[] texts) =>
        scorer.ScoreAsync("Which?", texts, TestContext.Current.CancellationToken);
}
