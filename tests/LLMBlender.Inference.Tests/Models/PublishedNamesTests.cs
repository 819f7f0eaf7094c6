using System.Runtime.InteropServices;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Inference.Tests.Models;

/// <summary>Checkpoints whose tensors bear older names, or lack one that the reference fills in: the same model.</summary>
public sealed class PublishedNamesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(null, "", false)]
    [InlineData(null, "bert.", true)]
    [InlineData(ModelKind.Classifier, "bert.", false)]
    [InlineData(ModelKind.MlmScorer, "bert.", false)]
    [InlineData(ModelKind.MlmScorer, "bert.", true)]
    public void Import_NormsCalledGammaAndBeta_IsTheSameModel(string? kind, string prefix, bool asPickle)
    {
        using var bert = new BertCheckpoint();
        AddHeads(bert);
        if (prefix.Length > 0)
        {
            bert.Prefix(prefix);
        }

        var expected = ModelImport.Import(Write(bert, "new", name => name), folder.File("a"), Precision.Float32, kind: kind).Manifest;
        var old = Write(bert, "old", name => name.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal)
            .Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal));
        if (asPickle)
        {
            Pickle(old);
        }

        var actual = ModelImport.Import(old, folder.File("b"), Precision.Float32, kind: kind).Manifest;

        Assert.Equal((expected.Kind, expected.TensorHash), (actual.Kind, actual.TensorHash));
    }

    // A file that has been saved again over its older names: the new ones count.
    [Fact]
    public void Import_NormUnderBothNames_TakesTheNewOne()
    {
        using var bert = new BertCheckpoint();
        var expected = ModelImport.Import(Write(bert, "new", name => name), folder.File("a"), Precision.Float32).Manifest;
        bert.Add("embeddings.LayerNorm.gamma", 1, BertCheckpoint.Hidden);

        Assert.Equal(expected.TensorHash, ModelImport.Import(Write(bert, "both", name => name), folder.File("b"), Precision.Float32).Manifest.TensorHash);
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(false, true, true)]
    public void Import_BartWithoutBiasOrPrefix_IsTheSameModel(bool keepsBias, bool keepsPrefix, bool asPickle)
    {
        var source = PackedFixture.Write("bart-tiny", folder.File("source"));
        Rewrite(source, tensors => tensors.Select(tensor => tensor.Name == "final_logits_bias" ? tensor with { Values = new float[tensor.Values.Length] } : tensor));
        var expected = Enum.GetValues<Precision>()
            .Select(precision => ModelImport.Import(source, folder.File("a"), precision).Manifest.TensorHash).ToArray();
        Rewrite(source, tensors => tensors
            .Where(tensor => keepsBias || tensor.Name != "final_logits_bias")
            .Select(tensor => keepsPrefix || !tensor.Name.StartsWith("model.", StringComparison.Ordinal) ? tensor : tensor with { Name = tensor.Name["model.".Length..] }));
        if (asPickle)
        {
            Pickle(source);
        }

        Assert.Equal(
            expected,
            Enum.GetValues<Precision>().Select(precision => ModelImport.Import(source, folder.File("b"), precision).Manifest.TensorHash));
    }

    [Fact]
    public void Import_BartWithABiasOfItsOwn_KeepsIt()
    {
        var source = PackedFixture.Write("bart-tiny", folder.File("source"));
        Rewrite(source, tensors => tensors.Select(tensor => tensor.Name == "final_logits_bias" ? tensor with { Values = [.. tensor.Values.Select((_, i) => i * 0.5f)] } : tensor));

        using var model = Checkpoint.Open(ModelImport.Import(source, folder.File("model"), Precision.Float32).Path);

        Assert.Equal(3.5f, model.Read("final_logits_bias")[7]);
    }

    [Theory]
    [InlineData("_orig_mod.")]
    [InlineData("module.")]
    public void Import_NamesWithAWrappersPrefix_NamesATensorThatIsThere(string prefix)
    {
        using var bert = new BertCheckpoint();

        var e = Assert.Throws<ModelException>(() =>
            ModelImport.Import(Write(bert, "wrapped", name => prefix + name), folder.File("model"), Precision.Float32));

        Assert.Contains($"has no tensor 'embeddings.word_embeddings.weight' among its {bert.Tensors.Count}", e.Message, StringComparison.Ordinal);
        Assert.Contains($"but '{prefix}embeddings.word_embeddings.weight' exists", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static void AddHeads(BertCheckpoint bert)
    {
        const int Hidden = BertCheckpoint.Hidden;
        bert.Add("classifier.weight", 1, 2, Hidden);
        bert.Add("classifier.bias", 1, 2);
        bert.Add("cls.predictions.transform.dense.weight", 1, Hidden, Hidden);
        bert.Add("cls.predictions.transform.dense.bias", 1, Hidden);
        bert.Add("cls.predictions.transform.LayerNorm.weight", 1, Hidden);
        bert.Add("cls.predictions.transform.LayerNorm.bias", 1, Hidden);
        bert.Add("cls.predictions.bias", 1, bert.Tensors["embeddings.word_embeddings.weight"].Shape[0]);
    }

    private string Write(BertCheckpoint bert, string name, Func<string, string> rename)
    {
        var copy = folder.CopyOf(bert.Plain, name);
        File.WriteAllText(Path.Combine(copy, "config.json"), bert.Config.ToJsonString());
        Write(copy, [.. bert.Tensors.Select(tensor => new Tensor(rename(tensor.Key), tensor.Value.Shape, tensor.Value.Values))]);
        return copy;
    }

    private static void Rewrite(string checkpoint, Func<IEnumerable<Tensor>, IEnumerable<Tensor>> change)
    {
        Tensor[] tensors;
        using (var open = Checkpoint.Open(checkpoint))
        {
            tensors = [.. change(open.Tensors.Values.Select(info => new Tensor(info.Name, [.. info.Shape], open.Read(info.Name))))];
        }

        Write(checkpoint, tensors);
    }

    private static void Write(string checkpoint, IReadOnlyList<Tensor> tensors)
    {
        using var writer = SafetensorsWriter.Create(
            Path.Combine(checkpoint, "model.safetensors"), [.. tensors.Select(tensor => new TensorInfo(tensor.Name, TensorType.Float32, [.. tensor.Shape]))]);
        foreach (var tensor in tensors)
        {
            writer.Write(tensor.Name, tensor.Values);
        }

        writer.Finish();
    }

    // The same tensors as torch.save writes them.
    private static void Pickle(string checkpoint)
    {
        var torch = new TorchFile();
        var path = Path.Combine(checkpoint, "model.safetensors");
        using (var open = Checkpoint.Open(checkpoint))
        {
            foreach (var info in open.Tensors.Values)
            {
                var values = open.Read(info.Name);
                torch.Add(info.Name, "FloatStorage", MemoryMarshal.AsBytes(values.AsSpan()), values.Length, [.. info.Shape]);
            }
        }

        File.Delete(path);
        File.WriteAllBytes(Path.Combine(checkpoint, "pytorch_model.bin"), torch.ToArray());
    }

    private sealed record Tensor(string Name, long[] Shape, float[] Values);
}
