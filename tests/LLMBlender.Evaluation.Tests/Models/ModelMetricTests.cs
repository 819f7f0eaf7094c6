using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Core.Evaluation;
using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Evaluation.Models;
using LLMBlender.Inference;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local.Panels;
using LLMBlender.Records;
using LLMBlender.TestKit;

namespace LLMBlender.Evaluation.Tests.Models;

public sealed class ModelMetricTests : IDisposable
{
    private static readonly string[] Candidates = ["Chlorophyll breaks down.", "Magic.", "Some long text that says it."];

    private readonly TemporaryFolder folder = new();
    private readonly BertCheckpoint bert = new();

    private static EvaluationSetup Setup => new(static folder => folder, Accelerator.Cpu, 42);

    public void Dispose()
    {
        folder.Dispose();
        bert.Dispose();
    }

    [Fact]
    public void BertScore_OfTheReferencesTexts_IsTheReferencesF1()
    {
        using var cases = Cases("bert-tiny", "bertscore.json");
        var (candidates, references) = (Texts(cases, "candidates"), Texts(cases, "references"));
        var expected = cases.RootElement.GetProperty("plain").GetProperty("F1").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        var metric = Metrics.Create($"bertscore:{bert.Import("model")}+layer=2", Setup);

        var scores = candidates.Select((candidate, i) => metric.Score("", references[i], [candidate])[0]).ToArray();

        Assert.Equal("bertscore", metric.Name);
        Assert.All(expected.Zip(scores), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 2e-5));
    }

    [Fact]
    public void BertScore_WithIdf_IsTheReferencesF1()
    {
        using var cases = Cases("bert-tiny", "bertscore.json");
        var (candidates, references) = (Texts(cases, "candidates"), Texts(cases, "references"));
        var expected = cases.RootElement.GetProperty("idf").GetProperty("F1").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        var file = folder.Write("records.jsonl", string.Join('\n', references.Select(text => JsonSerializer.Serialize(new { output = text }))));
        var metric = Metrics.Create($"bertscore:{bert.Import("model")}+layer=2+idf={file}", Setup);

        var scores = candidates.Select((candidate, i) => metric.Score("", references[i], [candidate])[0]).ToArray();

        Assert.All(expected.Zip(scores), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 2e-5));
    }

    [Fact]
    public void BertScore_WithABaseline_IsStretched()
    {
        var model = bert.Import("model");
        var table = folder.Write("table.tsv", "LAYER,P,R,F\n1,0.1,0.1,0.1\n2,0.2,0.3,0.25\n");

        var plain = Metrics.Create($"bertscore:{model}+layer=2", Setup).Score("", "It fades.", Candidates);
        var stretched = Metrics.Create($"bertscore:{model}+layer=2+baseline={table}", Setup).Score("", "It fades.", Candidates);

        Assert.All(plain.Zip(stretched), pair => Assert.Equal((pair.First - 0.25) / 0.75, pair.Second, 9));
    }

    [Theory]
    [InlineData("bertscore:{0}", "needs layer=N")]
    [InlineData("bertscore:{0}+layer=9", "layer is 9, and the encoder has 3")]
    [InlineData("bertscore:{0}+layer=x", "must be a whole number")]
    [InlineData("bertscore:{0}+rows=2", "must be KEY=VALUE, once for each of layer, idf, baseline")]
    [InlineData("bertscore:{0}+layer=2+baseline=/nowhere", "baseline /nowhere: can't be read")]
    [InlineData("bertscore:{0}+layer=2+idf=/nowhere", "idf /nowhere: record 1")]
    [InlineData("bartscore:{0}+layer=2", "and nothing may")]
    public void Create_SettingThatBreaksARule_SaysWhich(string spelling, string problem)
    {
        var e = Assert.Throws<UsageException>(() => Metrics.Create(spelling.Replace("{0}", bert.Import("model"), StringComparison.Ordinal), Setup));

        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BartScore_OfTheReferencesTexts_IsTheReferences()
    {
        using var cases = Cases("bart-tiny", "bartscore.json");
        var (sources, targets) = (Texts(cases, "sources"), Texts(cases, "targets"));
        var expected = cases.RootElement.GetProperty("scores_bs1").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        var model = ModelImport.Import(PackedFixture.Write("bart-tiny", folder.File("bart")), folder.File("model"), Precision.Float32).Path;
        var metric = Metrics.Create($"bartscore:{model}", Setup);

        // The reference cut this one text to 256 tokens; the model takes 300.
        var compared = expected.Select((score, i) => (score, i)).Where(pair => sources[pair.i].Length < 600).ToArray();
        var scores = compared.Select(pair => metric.Score("", targets[pair.i], [sources[pair.i]])[0]).ToArray();

        Assert.Equal(12, scores.Length);
        Assert.All(compared.Zip(scores), pair => Assert.InRange(Math.Abs(pair.First.score - pair.Second), 0, 2e-5));
    }

    [Fact]
    public void Bleurt_ReadsTheReferenceFirst()
    {
        AddClassifier(1);
        var model = bert.Import("model", ModelKind.Classifier);
        using var classifier = ClassifierModel.Load(model);

        var scores = Metrics.Create($"bleurt:{model}", Setup).Score("", "It fades.", Candidates);

        Assert.Equal(Candidates.Select(text => (double)classifier.Score([("It fades.", text)])[0][0]), scores.Select(score => score), Near);
        Assert.NotEqual(classifier.Score([(Candidates[0], "It fades.")])[0][0], scores[0], 1e-3);
    }

    [Fact]
    public void Bleurt_OfSeveralLabels_IsRefused()
    {
        AddClassifier(2);
        var model = bert.Import("model", ModelKind.Classifier);

        Assert.Contains("has 2 labels", Assert.Throws<ModelException>(() => Metrics.Create($"bleurt:{model}", Setup)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public async Task Reward_ScoresEachAnswerWithItsSource(int labels, bool isPair)
    {
        AddClassifier(labels);
        var model = bert.Import("reward", ModelKind.Classifier);
        using var classifier = ClassifierModel.Load(model);
        var ranker = Rankers.Create($"model:{model}{(isPair ? "" : "+encoding=single")}", Setup);

        var scores = await ranker.ScoreAsync("Why?", Candidates, TestContext.Current.CancellationToken);

        var logits = classifier.Score([.. Candidates.Select(text => isPair ? ("Why?", (string?)text) : ($"Why?\n{text}", null))]);
        Assert.Equal("reward", ranker.Name);
        Assert.Equal(logits.Select(row => labels == 1 ? row[0] : (double)row[1] - row[0]), scores, Near);
    }

    [Fact]
    public async Task SummaReranker_AveragesItsLabelsSigmoids()
    {
        AddClassifier(3);
        var model = bert.Import("summa", ModelKind.SummaReranker);
        using var classifier = ClassifierModel.Load(model);

        var scores = await Rankers.Create($"model:{model}", Setup).ScoreAsync("Why?", Candidates, TestContext.Current.CancellationToken);

        var logits = classifier.Score([.. Candidates.Select(text => ("Why?", (string?)text))]);
        Assert.Equal(logits.Select(row => row.Average(logit => 1 / (1 + Math.Exp(-logit)))), scores, Near);
    }

    [Fact]
    public async Task SimCls_IsTheCosineOfBothEncodings()
    {
        var model = bert.Import("simcls", ModelKind.SimCls);
        using var embedding = EmbeddingModel.Load(model);

        var scores = await Rankers.Create($"model:{model}", Setup).ScoreAsync("Why?", Candidates, TestContext.Current.CancellationToken);

        var vectors = embedding.Embed(["Why?", .. Candidates]);
        double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
        Assert.Equal(vectors.Skip(1).Select(v => Dot(vectors[0], v) / Math.Sqrt(Dot(vectors[0], vectors[0]) * Dot(v, v))), scores, Near);
    }

    [Theory]
    [InlineData("model:{0}", "is a encoder, and these rank")]
    [InlineData("model:{0}+encoding=triple", "must be pair or single")]
    public void Ranker_ThatCantBeMade_SaysWhy(string spelling, string problem)
    {
        var e = Assert.ThrowsAny<Exception>(() => Rankers.Create(spelling.Replace("{0}", bert.Import("model"), StringComparison.Ordinal), Setup));

        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_OfMetricsAndRankers_GoWithThem()
    {
        AddClassifier(1);
        var (encoder, classifier) = (bert.Import("encoder"), bert.Import("classifier", ModelKind.Classifier));
        var bart = ModelImport.Import(PackedFixture.Write("bart-tiny", folder.File("bart")), folder.File("bart-model"), Precision.Float32).Path;
        object[] made =
        [
            Metrics.Create($"bertscore:{encoder}+layer=2", Setup), Metrics.Create($"bartscore:{bart}", Setup),
            Metrics.Create($"bleurt:{classifier}", Setup), Rankers.Create($"model:{classifier}", Setup),
        ];

        Assert.All(made, one => Assert.IsAssignableFrom<IDisposable>(one).Dispose());
    }

    [Fact]
    public void Plans_Disposed_LetTheirMetricsAndRankersGo()
    {
        var (metric, ranker) = (new Held(), new Held());

        new EvaluationPlan([metric], [ranker], null, [], 0, 1).Dispose();

        Assert.Equal((1, 1), (metric.Disposals, ranker.Disposals));
        var registry = DatasetPanels.Read(null, new PanelSources { Records = static _ => [], Sample = static () => [("Why?", null, [new Candidate("a", "So.")])] }, static _ => { });
        new DatasetPlan(registry, registry.Find(null), null, false, new JudgeBudget(null, null), [metric], 0, 1, null, 1, 0).Dispose();
        Assert.Equal(2, metric.Disposals);
    }

    private void AddClassifier(int labels)
    {
        bert.Add("classifier.weight", 1, labels, BertCheckpoint.Hidden);
        bert.Add("classifier.bias", 1, labels);
    }

    private sealed class Held : IQualityMetric, ICandidateRanker, IDisposable
    {
        public int Disposals { get; private set; }

        public string Name => "held";

        public double[] Score(string source, string reference, IReadOnlyList<string> candidates) => [];

        public Task<double[]> ScoreAsync(string source, IReadOnlyList<string> candidates, CancellationToken cancellationToken = default) =>
            Task.FromResult<double[]>([]);

        public void Dispose() => Disposals++;
    }

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) < 1e-5;

    private static JsonDocument Cases(string name, string file) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(PackedFixture.Cases(name), file)));

    private static string[] Texts(JsonDocument cases, string field) =>
        [.. cases.RootElement.GetProperty(field).EnumerateArray().Select(text => text.GetString()!)];
}
