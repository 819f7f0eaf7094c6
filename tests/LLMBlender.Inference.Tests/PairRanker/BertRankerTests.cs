using System.Text.Json.Nodes;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Tests.Encoder;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.PairRanker;

/// <summary>PairRankers over BERT and RoBERTa, against the network written a second time.</summary>
public sealed class BertRankerTests : IDisposable
{
    private const string Source = "Why red?";
    private static readonly string[] Candidates = ["It is so.", "No magic.", ""];
    private static readonly string[] Markers = ["<|source|>", "<|candidate1|>", "<|candidate2|>", "<|candidate|>"];

    private readonly BertCheckpoint bert = new();
    private readonly int vocabulary;

    public BertRankerTests()
    {
        vocabulary = (int)bert.Tensors["embeddings.word_embeddings.weight"].Shape[0];
        var (_, words) = bert.Tensors["embeddings.word_embeddings.weight"];
        var added = bert.Add("markers", 1, Markers.Length, BertCheckpoint.Hidden);
        bert.Tensors.Remove("markers");
        bert.Tensors["embeddings.word_embeddings.weight"] = ([vocabulary + Markers.Length, BertCheckpoint.Hidden], [.. words, .. added]);
        bert.Prefix("pretrained_model.");
        bert.Add("head_layer.1.weight", 0.5, BertCheckpoint.Hidden, 2 * BertCheckpoint.Hidden);
        bert.Add("head_layer.1.bias", 0.5, BertCheckpoint.Hidden);
        bert.Add("head_layer.4.weight", 1, 2, BertCheckpoint.Hidden);
        bert.Add("head_layer.4.bias", 1, 2);
        bert.Config["n_tasks"] = 2;
    }

    public void Dispose() => bert.Dispose();

    [Theory]
    [InlineData("bert")]
    [InlineData("roberta")]
    [InlineData("xlm-roberta")]
    public void Compare_HuggingFaceLayout_IsThePlainNetworks(string type)
    {
        SetType(type);
        SetMarkers();

        AssertIsReference(bert.Import("model"), 1e-4);
    }

    [Theory]
    [InlineData(Precision.Float16, 0.05)]
    [InlineData(Precision.Int8, 0.5)]
    [InlineData(Precision.Int8Weights, 0.1)]
    public void Compare_NarrowPrecision_StaysNear(Precision precision, double tolerance)
    {
        SetType("bert");
        SetMarkers();

        AssertIsReference(bert.Import("model", precision: precision), tolerance);
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("roberta")]
    public void Compare_BlenderLayoutBesideItsBackbone_IsThePlainNetworks(string type)
    {
        SetType(type);
        var ranker = WriteBlenderLayout(type);

        AssertIsReference(ModelImport.Import(ranker, bert.File("model"), Precision.Float32).Path, 1e-4);
    }

    [Fact]
    public void Import_LengthsThatThePositionsDoNotHold_AreRefusedOrChosenToFit()
    {
        SetType("bert");
        SetMarkers();
        var positions = bert.Config["max_position_embeddings"]!.GetValue<int>();
        var chosen = ModelManifest.Read(bert.Import("chosen"));
        Assert.Equal(((int?)(positions / 2), (int?)(positions / 4), (int?)positions), (chosen.SourceMaxLength, chosen.CandidateMaxLength, chosen.MaxLength));

        bert.Config["source_maxlength"] = positions;
        var e = Assert.Throws<ModelException>(() => bert.Import("model"));
        Assert.Contains($"must fit the backbone's {positions} positions", e.Message, StringComparison.Ordinal);

        var tooLong = Assert.Throws<ArgumentOutOfRangeException>(() =>
            PairRankerModel.Load(bert.File("chosen"), new PairRankerOptions { SourceMaxLength = positions }));
        Assert.Contains($"{positions} positions", tooLong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_LongTexts_FillTheRowAndNoMore()
    {
        SetType("bert");
        SetMarkers();
        using var model = PairRankerModel.Load(bert.Import("model"));
        var record = model.Encode(string.Concat(Enumerable.Repeat("leaves change colour ", 400)), [string.Concat(Enumerable.Repeat("magic ", 900)), "Yes."]);
        var logits = new float[2];

        model.Compare([new Comparison(record, 0, 1), new Comparison(record, 1, 0)], logits);

        Assert.All(logits, logit => Assert.True(float.IsFinite(logit)));
        Assert.InRange(record.PairLength(0, 1), 1, model.Manifest.MaxLength!.Value);
    }

    [Fact]
    public void Import_OtherBackbone_IsRefusedByName()
    {
        SetType("bert");
        var ranker = WriteBlenderLayout("opt");

        var e = Assert.Throws<ModelException>(() => ModelImport.Import(ranker, bert.File("model"), Precision.Float32));

        Assert.Contains("\"model_type\" is \"opt\", but must be deberta, bert, roberta, xlm-roberta or modernbert", e.Message, StringComparison.Ordinal);
    }

    private void SetType(string type)
    {
        bert.Config["model_type"] = type;
        if (type != "bert")
        {
            bert.Config["pad_token_id"] = bert.Tokenizer.PadId;
        }
    }

    private void SetMarkers()
    {
        foreach (var (field, i) in new[] { "source_prefix_id", "cand1_prefix_id", "cand2_prefix_id" }.Select((field, i) => (field, i)))
        {
            bert.Config[field] = vocabulary + i;
        }

        bert.Config["vocab_size"] = vocabulary + Markers.Length;
    }

    private void AssertIsReference(string folder, double tolerance)
    {
        using var model = PairRankerModel.Load(folder);
        var record = model.Encode(Source, Candidates);
        Comparison[] comparisons = [.. Enumerable.Range(0, 3).SelectMany(i => Enumerable.Range(0, 3).Where(j => j != i).Select(j => new Comparison(record, i, j)))];
        var logits = new float[comparisons.Length];

        model.Compare(comparisons, logits);

        Assert.All(comparisons.Zip(logits), pair =>
            Assert.InRange(Math.Abs(Reference(Candidates[pair.First.First], Candidates[pair.First.Second]) - pair.Second), 0, tolerance));
    }

    // [CLS] marker text [SEP], three times; mean over tasks of f([h_s;h_1]) − f([h_s;h_2]).
    private double Reference(string first, string second)
    {
        var tokenizer = bert.Tokenizer;
        int[] Segment(int marker, string text) =>
            [tokenizer.ClsId!.Value, vocabulary + marker, .. tokenizer.Encode(text, addSpecialTokens: false), tokenizer.SepId!.Value];
        int[][] segments = [Segment(0, Source), Segment(1, first), Segment(2, second)];
        Assert.InRange(segments.Sum(segment => segment.Length), 9, bert.Config["max_position_embeddings"]!.GetValue<int>() / 2);
        var reference = new ReferenceBert(
            bert.Config, name => bert.Tensors[name.StartsWith("head", StringComparison.Ordinal) ? name : "pretrained_model." + name].Values);
        var states = reference.States([.. segments.SelectMany(segment => segment)]);
        double Score(int at)
        {
            double[][] inner = reference.Dense([[.. states[1], .. states[at]]], "head_layer.1");
            return reference.Dense([[.. inner[0].Select(Math.Tanh)]], "head_layer.4")[0].Average();
        }

        return Score(segments[0].Length + 1) - Score(segments[0].Length + segments[1].Length + 1);
    }

    // The ranker's config only names its backbone, whose folder lies beside it.
    private string WriteBlenderLayout(string type)
    {
        bert.Config["vocab_size"] = vocabulary;
        var backbone = Directory.CreateDirectory(bert.File("backbone")).FullName;
        foreach (var file in Directory.EnumerateFiles(bert.Plain).Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(backbone, Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(backbone, "config.json"), bert.Config.ToJsonString());
        var ranker = Directory.CreateDirectory(bert.File("ranker")).FullName;
        File.WriteAllText(
            Path.Combine(ranker, "config.json"),
            new JsonObject { ["ranker_type"] = "pairranker", ["model_type"] = type, ["model_name"] = "someone/backbone", ["n_tasks"] = 2 }.ToJsonString());
        using var writer = SafetensorsWriter.Create(
            Path.Combine(ranker, "model.safetensors"), [.. bert.Tensors.Select(t => new TensorInfo(t.Key, TensorType.Float32, [.. t.Value.Shape]))]);
        foreach (var (name, (_, values)) in bert.Tensors)
        {
            writer.Write(name, values);
        }

        writer.Finish();
        return ranker;
    }
}
