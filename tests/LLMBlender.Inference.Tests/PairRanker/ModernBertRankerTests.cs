using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Tests.Encoder;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.PairRanker;

/// <summary>A PairRanker over ModernBERT, against the network written a second time.</summary>
public sealed class ModernBertRankerTests : IDisposable
{
    private const string Source = "why are leaves red";

    // The lengths differ, so that a batch has padding; each pair is longer than a local window.
    private static readonly string[] Candidates = ["it is so", "no", "there is less green in them when the days get short"];

    private readonly ModernBertCheckpoint checkpoint = new();

    public void Dispose() => checkpoint.Dispose();

    [Theory]
    [InlineData(false, Precision.Float32, 2e-5)]
    [InlineData(true, Precision.Float32, 2e-5)]
    [InlineData(true, Precision.Float16, 0.02)]
    [InlineData(false, Precision.Int8, 0.4)]
    public void Compare_PairRanker_IsThePlainNetworks(bool biases, Precision precision, double tolerance)
    {
        AddRanker(biases);
        using var model = PairRankerModel.Load(checkpoint.Import("model", precision: precision));
        var record = model.Encode(Source, Candidates);
        Comparison[] comparisons = [.. Enumerable.Range(0, 3).SelectMany(i => Enumerable.Range(0, 3).Where(j => j != i).Select(j => new Comparison(record, i, j)))];
        var logits = new float[comparisons.Length];

        model.Compare(comparisons, logits);

        Assert.Equal((150, 75, 300), (model.Manifest.SourceMaxLength, model.Manifest.CandidateMaxLength, model.Manifest.MaxLength));
        Assert.All(comparisons.Zip(logits), pair =>
            Assert.InRange(Math.Abs(Reference(Candidates[pair.First.First], Candidates[pair.First.Second]) - pair.Second), 0, tolerance));
    }

    // Lengths are shares of the positions only if the reference's default lengths don't fit.
    [Fact]
    public void Import_ManyPositions_HasTheReferencesLengths()
    {
        AddRanker(biases: false);
        checkpoint.Config["max_position_embeddings"] = 8192;

        var manifest = ModelManifest.Read(checkpoint.Import("model"));

        Assert.Equal((1224, 412, 8192), (manifest.SourceMaxLength, manifest.CandidateMaxLength, manifest.MaxLength));
    }

    private void AddRanker(bool biases)
    {
        checkpoint.AddEncoder("pretrained_model.", biases);
        checkpoint.AddDense("head_layer.1", 0.7, ModernBertCheckpoint.Hidden, 2 * ModernBertCheckpoint.Hidden);
        checkpoint.AddDense("head_layer.4", 1, 1, ModernBertCheckpoint.Hidden);
        foreach (var (field, i) in new[] { "source_prefix_id", "cand1_prefix_id", "cand2_prefix_id" }.Select((field, i) => (field, i)))
        {
            checkpoint.Config[field] = ModernBertCheckpoint.Special.Next + i;
        }
    }

    // [CLS] marker text [SEP], three times; f([h_s;h_1]) − f([h_s;h_2]).
    private double Reference(string first, string second)
    {
        var (start, separator, next) = ModernBertCheckpoint.Special;
        int[] Segment(int marker, string text) => [start, next + marker, .. ModernBertCheckpoint.Encode(text), separator];
        int[][] segments = [Segment(0, Source), Segment(1, first), Segment(2, second)];
        var reference = new ReferenceModernBert(checkpoint, "pretrained_model.");
        var states = reference.States([.. segments.SelectMany(segment => segment)]);
        double Score(int at)
        {
            double[] inner = [.. reference.Dense([.. states[1], .. states[at]], "head_layer.1").Select(Math.Tanh)];
            return reference.Dense(inner, "head_layer.4")[0];
        }

        return Score(segments[0].Length + 1) - Score(segments[0].Length + segments[1].Length + 1);
    }
}
