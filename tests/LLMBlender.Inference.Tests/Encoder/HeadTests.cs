using System.Text.Json.Nodes;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Encoder;

/// <summary>Heads against their formulas, evaluated here in double precision from the encoder's own hidden states.</summary>
public sealed class HeadTests : IDisposable
{
    private const string Source = "Why do leaves change colour?";
    private static readonly string[] Answers = ["Chlorophyll breaks down.", "Magic.", "I think it has to do with sunlight, but scientists say otherwise."];

    private readonly BertCheckpoint bert = new();

    public void Dispose() => bert.Dispose();

    [Fact]
    public void Score_OfABertClassifier_IsTheHeadOverThePooledFirstState()
    {
        bert.Add("classifier.weight", 1, 2, BertCheckpoint.Hidden);
        bert.Add("classifier.bias", 1, 2);
        bert.Config["architectures"] = new JsonArray("BertForSequenceClassification");
        using var encoder = EncoderModel.Load(bert.Import("encoder", ModelKind.Encoder));
        using var model = ClassifierModel.Load(bert.Import("model"));

        var scores = model.Score([.. Answers.Select(answer => (answer, (string?)null))]);

        Assert.Equal((ModelKind.Classifier, 2, 2), (model.Manifest.Kind, model.Labels, model.Manifest.Labels));
        Assert.All(Answers.Zip(scores), pair =>
        {
            var pooled = bert.Dense("pooler.dense", First(encoder, pair.First)).Select(Math.Tanh).ToArray();
            Near(bert.Dense("classifier", pooled), pair.Second);
        });
    }

    // A second text has token type 1, which plain states can't tell: the type embedding is made the same for both.
    [Fact]
    public void Score_OfAPair_ReadsBothAndTheirTypes()
    {
        bert.Add("classifier.weight", 1, 1, BertCheckpoint.Hidden);
        bert.Add("classifier.bias", 1, 1);
        bert.Config["architectures"] = new JsonArray("BertForSequenceClassification");
        using var typed = ClassifierModel.Load(bert.Import("typed"));
        var (shape, types) = bert.Tensors["embeddings.token_type_embeddings.weight"];
        bert.Tensors["embeddings.token_type_embeddings.weight"] = (shape, [.. types[..BertCheckpoint.Hidden], .. types[..BertCheckpoint.Hidden]]);
        using var model = ClassifierModel.Load(bert.Import("model"));
        using var encoder = EncoderModel.Load(bert.Import("encoder", ModelKind.Encoder));

        var score = model.Score([(Source, Answers[0])])[0];

        var tokenizer = bert.Tokenizer;
        int[] row = [.. tokenizer.Encode(Source), .. tokenizer.Encode(Answers[0])[1..]];
        var pooled = bert.Dense("pooler.dense", [.. encoder.States([row], 3)[0][..BertCheckpoint.Hidden].Select(v => (double)v)]).Select(Math.Tanh).ToArray();
        Near(bert.Dense("classifier", pooled), score);
        Assert.True(Math.Abs(typed.Score([(Source, Answers[0])])[0][0] - score[0]) > 1e-3);
    }

    [Fact]
    public void Score_OfARobertaClassifier_IsItsOwnHead()
    {
        bert.Config["model_type"] = "roberta";
        bert.Config["type_vocab_size"] = 2;
        bert.Config["max_position_embeddings"] = 64;
        bert.Config["architectures"] = new JsonArray("RobertaForSequenceClassification");
        bert.Add("classifier.dense.weight", 0.3, BertCheckpoint.Hidden, BertCheckpoint.Hidden);
        bert.Add("classifier.dense.bias", 0.3, BertCheckpoint.Hidden);
        bert.Add("classifier.out_proj.weight", 1, 1, BertCheckpoint.Hidden);
        bert.Add("classifier.out_proj.bias", 1, 1);
        bert.Prefix("roberta.");
        using var encoder = EncoderModel.Load(bert.Import("encoder", ModelKind.Encoder));
        using var model = ClassifierModel.Load(bert.Import("model"));

        var scores = model.Score([.. Answers.Select(answer => (answer, (string?)null))]);

        Assert.All(Answers.Zip(scores), pair =>
        {
            var inner = bert.Dense("classifier.dense", First(encoder, pair.First)).Select(Math.Tanh).ToArray();
            Near(bert.Dense("classifier.out_proj", inner), pair.Second);
        });
    }

    [Fact]
    public void Embed_OfSimCls_IsTheFirstState()
    {
        using var encoder = EncoderModel.Load(bert.Import("encoder"));
        using var model = EmbeddingModel.Load(bert.Import("model", ModelKind.SimCls));

        var vectors = model.Embed(Answers);

        Assert.All(Answers.Zip(vectors), pair => Near(First(encoder, pair.First), pair.Second));
    }

    [Theory]
    [InlineData(Precision.Float32, 1e-4)]
    [InlineData(Precision.Float16, 0.3)]
    [InlineData(Precision.Int8, 3)]
    [InlineData(Precision.Int8Weights, 1)]
    public void Score_OfAMaskedLanguageModel_SumsWhatEachMaskedTokenIsGiven(Precision precision, double tolerance)
    {
        AddMaskedHead();
        using var encoder = EncoderModel.Load(bert.Import("encoder", ModelKind.Encoder));
        using var model = MaskedLanguageModel.Load(bert.Import("model", ModelKind.MlmScorer, precision));

        var scores = model.Score([Answers[0], ""]);

        var ids = bert.Tokenizer.Encode(Answers[0]);
        var expected = Enumerable.Range(1, ids.Length - 2).Sum(position => LogProbability(encoder, ids, position));
        Assert.Equal((ids.Length - 2, 0), (scores[0].Tokens, scores[1].Tokens));
        Assert.InRange(Math.Abs(expected - scores[0].Sum), 0, tolerance);
        Assert.Equal(0, scores[1].Sum);
    }

    [Fact]
    public void Score_InABatch_IsThatAlone()
    {
        bert.Add("classifier.weight", 1, 3, BertCheckpoint.Hidden);
        bert.Add("classifier.bias", 1, 3);
        bert.Config[EncoderImport.KindField] = ModelKind.SummaReranker;
        using var model = ClassifierModel.Load(bert.Import("model"));

        var together = model.Score([.. Answers.Select(answer => (Source, (string?)answer))]);

        Assert.Equal(ModelKind.SummaReranker, model.Manifest.Kind);
        Assert.All(Answers.Zip(together), pair =>
            Near([.. model.Score([(Source, pair.First)])[0].Select(value => (double)value)], pair.Second));
    }

    [Fact]
    public void Score_TextThatSpellsControlTokens_TakesThemAsData()
    {
        using var model = EmbeddingModel.Load(bert.Import("model", ModelKind.SimCls));

        Assert.Equal(model.Embed(["Magic."])[0], model.Embed(["[SEP]Magic.[CLS] [MASK]"])[0]);
    }

    [Fact]
    public void Load_OfAnotherKind_NamesBoth()
    {
        var e = Assert.Throws<ModelException>(() => ClassifierModel.Load(bert.Import("model", ModelKind.SimCls)));

        Assert.Contains("\"kind\" is \"simcls\", but a sequence-classifier or a summareranker was requested", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddingModel.Load(bert.File("model"), new EncoderOptions { MaxLength = 65 }));
    }

    private void AddMaskedHead()
    {
        bert.Prefix("bert.");
        bert.Add("cls.predictions.transform.dense.weight", 0.3, BertCheckpoint.Hidden, BertCheckpoint.Hidden);
        bert.Add("cls.predictions.transform.dense.bias", 0.3, BertCheckpoint.Hidden);
        bert.Add("cls.predictions.transform.LayerNorm.weight", 2, BertCheckpoint.Hidden);
        bert.Add("cls.predictions.transform.LayerNorm.bias", 0.5, BertCheckpoint.Hidden);
        bert.Add("cls.predictions.bias", 0.5, 1630);
    }

    private double LogProbability(EncoderModel encoder, int[] ids, int position)
    {
        int[] masked = [.. ids];
        masked[position] = bert.Tokenizer.MaskId!.Value;
        double[] state = [.. encoder.States([masked], 3)[0][(position * BertCheckpoint.Hidden)..((position + 1) * BertCheckpoint.Hidden)].Select(v => (double)v)];
        double[] inner = [.. bert.Dense("cls.predictions.transform.dense", state).Select(x => x * Normal(x))];
        var mean = inner.Average();
        var deviation = Math.Sqrt(inner.Average(x => (x - mean) * (x - mean)) + 1e-12);
        var (scale, shift) = (bert.Tensors["cls.predictions.transform.LayerNorm.weight"].Values, bert.Tensors["cls.predictions.transform.LayerNorm.bias"].Values);
        double[] normed = [.. inner.Select((x, i) => (x - mean) / deviation * scale[i] + shift[i])];
        var (words, bias) = (bert.Tensors["bert.embeddings.word_embeddings.weight"].Values, bert.Tensors["cls.predictions.bias"].Values);
        double[] logits = [.. bias.Select((b, id) => b + normed.Select((x, i) => x * words[id * BertCheckpoint.Hidden + i]).Sum())];
        return logits[ids[position]] - Math.Log(logits.Sum(Math.Exp));
    }

    // The normal distribution, by Simpson's rule.
    private static double Normal(double x)
    {
        const int Steps = 200;
        double Density(double t) => Math.Exp(-t * t / 2) / Math.Sqrt(2 * Math.PI);
        var width = x / Steps;
        var sum = Enumerable.Range(0, Steps).Sum(i => Density(i * width) + 4 * Density((i + 0.5) * width) + Density((i + 1) * width));
        return 0.5 + sum * width / 6;
    }

    private double[] First(EncoderModel encoder, string text) =>
        [.. encoder.States([bert.Tokenizer.Encode(text)], 3)[0][..BertCheckpoint.Hidden].Select(value => (double)value)];

    private static void Near(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, 2e-5);
    }
}
