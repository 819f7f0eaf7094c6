using System.Text.Json.Nodes;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Inference;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using LLMBlender.TestKit;

namespace LLMBlender.Local.Tests.Comparing;

/// <summary>A reward model as a ranker, on a tiny BERT classifier.</summary>
public sealed class ScoringRankerTests : IDisposable
{
    private const string Source = "Why do leaves change colour?";
    private static readonly string[] Answers = ["Chlorophyll breaks down.", "Magic.", "I think it has to do with sunlight, but scientists say otherwise."];

    private readonly BertCheckpoint bert = new();

    public ScoringRankerTests() => bert.Config["architectures"] = new JsonArray("BertForSequenceClassification");

    public void Dispose() => bert.Dispose();

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, null)]
    [InlineData(3, ModelKind.SummaReranker)]
    public void Compare_OfAPair_IsTheDifferenceOfTheScoresOfBoth(int labels, string? kind)
    {
        var folder = Import(labels, kind);
        using var model = ClassifierModel.Load(folder);
        using var ranker = ModelRankers.Load(folder, new PairRankerOptions());
        double[] scores = [.. model.Score([.. Answers.Select(answer => (Source, (string?)answer))]).Select(logits => labels switch
        {
            1 => logits[0],
            2 => logits[1] - logits[0],
            _ => logits.Average(logit => 1 / (1 + Math.Exp(-logit))),
        })];
        var record = ranker.Encode(Source, Answers);
        RecordPair[] pairs = [new(record, 0, 1), new(record, 1, 0), new(record, 2, 1)];
        var logits = new float[pairs.Length];

        ranker.Compare(pairs, logits);

        Assert.Equal(scores[0] - scores[1], logits[0], 1e-5);
        Assert.Equal(-logits[0], logits[1]);
        Assert.Equal(scores[2] - scores[1], logits[2], 1e-5);
    }

    [Fact]
    public void Compare_OfAllPairsOfTwoRecords_ReadsEachCandidateOnce()
    {
        using var ranker = ModelRankers.Load(Import(1), new PairRankerOptions());
        using var model = RewardModel.Load(bert.File("model"));
        IPairRecord[] records = [ranker.Encode(Source, Answers), ranker.Encode("Another question", Answers)];
        RecordPair[] pairs =
            [.. records.SelectMany(record => Enumerable.Range(0, 3).SelectMany(i => Enumerable.Range(0, 3).Where(j => j != i).Select(j => new RecordPair(record, i, j))))];
        var (logits, compared) = (new float[pairs.Length], 0);
        var tokens = new[] { Source, "Another question" }.Sum(source => Answers.Sum(answer => model.Encode(source, answer).Ids.Length));

        var first = ranker.Compare(pairs, logits, count => compared += count);
        var again = ranker.Compare(pairs, logits);

        Assert.Equal((tokens, 0), (first, again));
        Assert.Equal(pairs.Length, compared);
        Assert.InRange(pairs.Sum(pair => pair.Record.PairLength(pair.First, pair.Second)), tokens - pairs.Length, tokens);
    }

    [Fact]
    public void Compare_Cancelled_ScoresTheRecordWhenAskedAgain()
    {
        using var ranker = ModelRankers.Load(Import(1), new PairRankerOptions());
        RecordPair[] pairs = [new(ranker.Encode(Source, Answers), 0, 1)];
        var logits = new float[1];

        Assert.Throws<OperationCanceledException>(() => ranker.Compare(pairs, logits, cancellationToken: new CancellationToken(canceled: true)));
        ranker.Compare(pairs, logits);

        Assert.True(float.IsFinite(logits[0]));
    }

    [Fact]
    public void Encode_ATextWithAControlToken_AddsNone()
    {
        Import(1);
        using var model = RewardModel.Load(bert.File("model"));

        Assert.Equal(model.Encode(Source, "good   bad").Ids, model.Encode(Source, "good [SEP] bad").Ids);
        Assert.Equal(model.Encode(Source, "good   bad").Ids, model.Encode(Source, "good [CLS] bad").Ids);
    }

    [Fact]
    public void Load_AModelThatIsNoRanker_NamesTheKindsThatAre()
    {
        var encoder = bert.Import("encoder", ModelKind.Encoder);

        var error = Assert.Throws<ModelException>(() => ModelRankers.Load(encoder, new PairRankerOptions()));

        Assert.Contains("is of kind encoder, and these rank: pair-ranker, sequence-classifier, summareranker", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AClassifierOfManyLabels_IsRefused()
    {
        var error = Assert.Throws<ModelException>(() => ModelRankers.Load(Import(5), new PairRankerOptions()));

        Assert.Contains("has 5 labels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WithALimitOfPairs_IsRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => ModelRankers.Load(Import(1), new PairRankerOptions { SourceMaxLength = 64 }));

        Assert.Contains("apply to a pair-ranker", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RankAsync_ByAScoringRanker_OrdersCandidatesByTheirScores()
    {
        var folder = Import(1);
        using var model = RewardModel.Load(folder);
        var scores = model.Score([.. Answers.Select(answer => model.Encode(Source, answer))]);
        using var models = LocalModels.Load([("reward", folder)], new PairRankerOptions(), FuserRegistry.SelectOnly);
        using var metrics = new BlendMetrics();
        var blender = new LocalBlender(models, new PanelRegistry(), metrics);

        var response = await blender.RankAsync(
            new RankingRequest { Instruction = Source, Candidates = [.. Answers.Select(answer => new Candidate(null, answer))] }, TestContext.Current.CancellationToken);

        Assert.Equal("reward", response.Ranker);
        Assert.Equal(scores.OrderDescending(), response.Top(Answers.Length).Select(i => scores[i]));
    }

    [Fact]
    public async Task RankAsync_ByACalibratedModel_SaysWhichAndHowSure()
    {
        var folder = Import(1);
        var uncalibrated = await RankAsync(folder);
        (ModelManifest.Read(folder) with { Calibration = new Calibration(0.5, 10, "pairs.jsonl"), Demonstration = true }).Write(folder);
        var calibrated = await RankAsync(folder);

        Assert.Equal(new RankerInfo("reward", RankerInfo.RewardModel), uncalibrated.RankerInfo);
        Assert.Equal(new RankerInfo("reward", RankerInfo.RewardModel) { Temperature = 0.5, Demonstration = true }, calibrated.RankerInfo);
        Assert.Equal(uncalibrated.Matrix, calibrated.Matrix);
        Assert.Null(RankResult.Probabilities(uncalibrated));
        Assert.Equal(1 / (1 + Math.Exp(-calibrated.Matrix![1] / 0.5)), RankResult.Probabilities(calibrated)![0][1]!.Value, 1e-9);
    }

    [Fact]
    public void Encode_ARowThatIsTooLong_KeepsTheSourcesEnd()
    {
        bert.Add("classifier.weight", 1, 1, BertCheckpoint.Hidden);
        bert.Add("classifier.bias", 1, 1);
        var folder = bert.Import("short", limits: new RowLimits(32, 8));
        using var model = RewardModel.Load(folder);
        var (source, answer) = (string.Join(' ', Enumerable.Repeat("leaves", 40)) + " why?", string.Join(' ', Enumerable.Repeat("colour", 40)));
        var (read, written) = (bert.Tokenizer.Encode(source, addSpecialTokens: false), bert.Tokenizer.Encode(answer, addSpecialTokens: false));

        var brief = bert.Tokenizer.Encode("why?", addSpecialTokens: false);

        var row = model.Encode(source, answer).Ids;

        Assert.Equal((32, 8), (model.MaxLength, model.SourceMaxLength));
        Assert.Equal([2, .. read[^8..], 3, .. written[..21], 3], row);
        Assert.Equal([2, .. read[^(29 - brief.Length)..], 3, .. brief, 3], model.Encode(source, "why?").Ids);
    }

    private static async Task<RankingResponse> RankAsync(string folder)
    {
        using var models = LocalModels.Load([("reward", folder)], new PairRankerOptions(), FuserRegistry.SelectOnly);
        using var metrics = new BlendMetrics();
        return await new LocalBlender(models, new PanelRegistry(), metrics).RankAsync(
            new RankingRequest { Instruction = Source, Candidates = [.. Answers.Select(answer => new Candidate(null, answer))], WithMatrix = true },
            TestContext.Current.CancellationToken);
    }

    private string Import(int labels, string? kind = null)
    {
        bert.Add("classifier.weight", 1, labels, BertCheckpoint.Hidden);
        bert.Add("classifier.bias", 1, labels);
        return bert.Import("model", kind);
    }
}
