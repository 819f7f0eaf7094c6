using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.T5;
using LLMBlender.Inference.Tests.GenFuser;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Inference.Tests.Models;

public sealed class T5ImportTests : IDisposable
{
    private static readonly int[] Prompt = [.. Enumerable.Range(0, 60).Select(i => 3 + i * 37 % 1000), 1];
    private static readonly int[] Decoded = [0, .. Enumerable.Range(0, 40).Select(i => 5 + i * 31 % 900)];

    private readonly TemporaryFolder folder = new();

    // The first release: plain ReLU and a tied head. Then every activation, and heads whose widths don't add up to the hidden one.
    [Theory]
    [InlineData("relu", true, 16)]
    [InlineData("gated-gelu", false, 24)]
    [InlineData("gated-silu", true, 16)]
    [InlineData("gated-relu", false, 16)]
    [InlineData("gelu", false, 8)]
    [InlineData("gelu_new", true, 16)]
    public void Import_AnyShape_GivesThePlainNetworksLogits(string feedForward, bool isTied, int headSize)
    {
        var checkpoint = Synthetic(feedForward, isTied, headSize);
        using var tensors = Checkpoint.Open(checkpoint);
        var expected = new ReferenceT5(Config(checkpoint), tensors).Logits(Prompt, Decoded);
        using var model = GenFuserModel.Load(ModelImport.Import(checkpoint, folder.File("model"), Precision.Float32).Path);

        var actual = model.Score(Prompt, Decoded);

        Assert.Equal(expected.Sum(row => row.Length), actual.Length);
        Assert.InRange(expected.SelectMany(row => row).Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-4);
    }

    // What transformers 5 writes: the head in the file is the head, and scale_decoder_outputs says whether its input is scaled.
    [Theory]
    [InlineData(true, true, false, false, false)]
    [InlineData(true, null, false, false, false)]
    [InlineData(true, true, null, false, true)]
    [InlineData(true, false, null, false, false)]
    [InlineData(false, true, false, true, false)]
    [InlineData(false, null, false, true, false)]
    [InlineData(false, false, null, true, false)]
    [InlineData(false, false, true, true, true)]
    [InlineData(false, null, null, true, true)]
    public void Import_HeadAndScaling_AreTheFilesAndTheConfigs(bool hasHead, bool? tie, bool? scale, bool isTied, bool scalesOutput)
    {
        var checkpoint = Synthetic("gated-gelu", isTied: !hasHead, 16);
        Change(checkpoint, "config.json", "tie_word_embeddings", tie);
        Change(checkpoint, "config.json", "scale_decoder_outputs", scale);
        using var tensors = Checkpoint.Open(checkpoint);
        var expected = new ReferenceT5(Config(checkpoint) with { IsTied = isTied, ScalesOutput = scalesOutput }, tensors)
            .Logits(Prompt, Decoded).SelectMany(row => row).ToArray();

        var (single, narrow) = (Logits(checkpoint, Precision.Float32), Logits(checkpoint, Precision.Int8));

        Assert.InRange(expected.Zip(single, (a, b) => Math.Abs(a - b)).Max(), 0, 5e-4);
        Assert.InRange(expected.Zip(narrow, (a, b) => Math.Abs(a - b)).Max(), 1e-6, 0.35 * (expected.Max() - expected.Min()));
    }

    // Older releases' files hold the shared head a second time: it stays one tensor.
    [Fact]
    public void Import_HeadThatIsTheEmbeddingAgain_IsTied()
    {
        var checkpoint = Synthetic("gated-gelu", isTied: true, 16);
        var expected = ModelImport.Import(checkpoint, folder.File("a"), Precision.Float32).Manifest;
        Add(checkpoint, "lm_head.weight", "shared.weight");

        var actual = ModelImport.Import(checkpoint, folder.File("b"), Precision.Float32).Manifest;

        Assert.Equal(expected.TensorHash, actual.TensorHash);
        Assert.EndsWith("tied head)", actual.Origin, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_EmbeddingUnderTheHeadsNameAlone_IsTied()
    {
        var checkpoint = Synthetic("gated-gelu", isTied: true, 16);
        var expected = ModelImport.Import(checkpoint, folder.File("a"), Precision.Float32).Manifest;
        Add(checkpoint, "lm_head.weight", "shared.weight", keep: false);

        Assert.Equal(expected.TensorHash, ModelImport.Import(checkpoint, folder.File("b"), Precision.Float32).Manifest.TensorHash);
    }

    [Theory]
    [InlineData(Precision.Float16, 0.03)]
    [InlineData(Precision.Int8, 0.35)]
    [InlineData(Precision.Int8Weights, 0.1)]
    [InlineData(Precision.Int4, 0.6)]
    public void Import_NarrowPrecision_StaysNear(Precision precision, double tolerance)
    {
        var checkpoint = Synthetic("gated-gelu", isTied: precision == Precision.Int8, 16);
        using var single = GenFuserModel.Load(ModelImport.Import(checkpoint, folder.File("single"), Precision.Float32).Path);
        using var narrow = GenFuserModel.Load(ModelImport.Import(checkpoint, folder.File("narrow"), precision).Path);

        var (expected, actual) = (single.Score(Prompt, Decoded), narrow.Score(Prompt, Decoded));

        var spread = expected.Max() - expected.Min();
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 1e-6, tolerance * spread);
    }

    [Fact]
    public void Import_Int4_HalvesTheDenseWeightsOfInt8AndNeedsWholeBlocks()
    {
        SyntheticT5.Write(folder.File("whole"), SyntheticT5.Shape(64, 16, 4, 128, 1, 1536));
        SyntheticT5.Write(folder.File("odd"), SyntheticT5.Shape(48, 16, 3, 64, 1, 1536));

        using var bytes = Checkpoint.Open(ModelImport.Import(folder.File("whole"), folder.File("int8"), Precision.Int8).Path);
        using var bits = Checkpoint.Open(ModelImport.Import(folder.File("whole"), folder.File("int4"), Precision.Int4).Path);
        var error = Assert.Throws<ModelException>(() => ModelImport.Import(folder.File("odd"), folder.File("model"), Precision.Int4));

        Assert.Equal([1536, 2, 16], bits.Find("lm_head.weight").Shape);
        Assert.Equal(bytes.Find("lm_head.weight").ByteCount, 2 * bits.Find("lm_head.weight").ByteCount);
        Assert.Contains("has 48 inputs, and int4 needs a multiple of 32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_Float16_KeepsSingleWhatOverflows()
    {
        var model = ModelImport.Import(Synthetic("gated-gelu", isTied: false, 16), folder.File("model"), Precision.Float16).Path;

        using var weights = Checkpoint.Open(model);

        Assert.All(weights.Tensors.Values, tensor => Assert.Equal(
            tensor.Name.EndsWith(".wo.weight", StringComparison.Ordinal) || tensor.Name.Contains("norm", StringComparison.Ordinal)
                || tensor.Name.Contains("relative", StringComparison.Ordinal)
                ? TensorType.Float32
                : TensorType.Float16,
            tensor.Type));
    }

    // Activations beyond half's largest number, 65504: half would give infinities, and then no numbers at all.
    [Fact]
    public void Import_Float16OfAStreamBeyondHalf_GivesTheSameAnswer()
    {
        var checkpoint = Synthetic("gated-gelu", isTied: false, 16);
        Rewrite(checkpoint, (name, values) =>
        {
            if (name.EndsWith(".wo.weight", StringComparison.Ordinal))
            {
                System.Numerics.Tensors.TensorPrimitives.Multiply(values, 3e5f, values);
            }
        });
        using var single = GenFuserModel.Load(ModelImport.Import(checkpoint, folder.File("single"), Precision.Float32).Path);
        using var half = GenFuserModel.Load(ModelImport.Import(checkpoint, folder.File("half"), Precision.Float16).Path);

        var (expected, actual) = (single.Score(Prompt, Decoded), half.Score(Prompt, Decoded));

        Assert.All(actual, value => Assert.True(float.IsFinite(value)));
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, 0.05 * (expected.Max() - expected.Min()));
    }

    [Fact]
    public void Import_PickleInBFloat16_GivesWhatItsRoundedWeightsGive()
    {
        var checkpoint = Synthetic("gated-gelu", isTied: false, 16);
        var pickled = Directory.CreateDirectory(folder.File("pickled")).FullName;
        foreach (var file in Directory.EnumerateFiles(checkpoint).Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(pickled, Path.GetFileName(file)));
        }

        var torch = new TorchFile();
        Rewrite(checkpoint, (name, values) =>
        {
            var halves = new ushort[values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                halves[i] = (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16);
                values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
            }

            using var open = Checkpoint.Open(checkpoint);
            torch.Add(name, "BFloat16Storage", MemoryMarshal.AsBytes(halves.AsSpan()), halves.Length, [.. open.Find(name).Shape]);
        });
        File.WriteAllBytes(Path.Combine(pickled, "pytorch_model.bin"), torch.ToArray());

        var expected = ModelImport.Import(checkpoint, folder.File("a"), Precision.Float32).Manifest;
        var actual = ModelImport.Import(pickled, folder.File("b"), Precision.Float32).Manifest;

        Assert.Equal(expected.TensorHash, actual.TensorHash);
    }

    [Fact]
    public void Import_Shards_GivesWhatTheWholeFileGives()
    {
        var checkpoint = Synthetic("gated-gelu", isTied: false, 16);
        var expected = ModelImport.Import(checkpoint, folder.File("whole"), Precision.Float32).Manifest;
        var tensors = new List<(TensorInfo Info, float[] Values)>();
        using (var open = Checkpoint.Open(checkpoint))
        {
            tensors.AddRange(open.Tensors.Values.Select(info => (info, open.Read(info.Name))));
        }

        File.Delete(Path.Combine(checkpoint, "model.safetensors"));
        var places = new JsonObject();
        foreach (var (shard, i) in tensors.Chunk(17).Select((shard, i) => (shard, i)))
        {
            var name = $"model-{i}.safetensors";
            using var writer = SafetensorsWriter.Create(Path.Combine(checkpoint, name), [.. shard.Select(tensor => tensor.Info)]);
            foreach (var (info, values) in shard)
            {
                writer.Write(info.Name, values);
                places[info.Name] = name;
            }

            writer.Finish();
        }

        File.WriteAllText(
            Path.Combine(checkpoint, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = places }.ToJsonString());

        Assert.Equal(expected.TensorHash, ModelImport.Import(checkpoint, folder.File("shards"), Precision.Float32).Manifest.TensorHash);
    }

    [Fact]
    public void Import_Twice_GivesTheSameBytes()
    {
        var checkpoint = Synthetic("gated-gelu", isTied: true, 16);
        Assert.All(Enum.GetValues<Precision>(), precision =>
        {
            var first = ModelImport.Import(checkpoint, folder.File("a", "model"), precision).Path;
            var second = ModelImport.Import(checkpoint, folder.File("b", "model"), precision).Path;
            Assert.All(Directory.GetFiles(first), file =>
                Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(second, Path.GetFileName(file)))));
        });
    }

    [Theory]
    [InlineData("d_ff", 96, "encoder.block.0.layer.1.DenseReluDense.wi_0.weight has shape [128, 64], but the config asks for [96, 64]")]
    [InlineData("num_decoder_layers", 1, "has a tensor 'decoder.block.1.")]
    [InlineData("num_decoder_layers", 3, "has no tensor 'decoder.block.2.layer.0.SelfAttention.q.weight'")]
    [InlineData("num_layers", 1, "has a tensor 'encoder.block.1.")]
    [InlineData("feed_forward_proj", "relu", "has no tensor 'encoder.block.0.layer.1.DenseReluDense.wi.weight'")]
    [InlineData("num_heads", 8, "relative_attention_bias.weight has shape [32, 4], but the config asks for [32, 8]")]
    [InlineData("vocab_size", 1400, "the tokenizer has 1500 ids")]
    [InlineData("vocab_size", 1600, "shared.weight has shape [1528, 64], but the config asks for [1600, 64]")]
    public void Import_ConfigAgainstTensors_NamesBoth(string field, object value, string problem)
    {
        var checkpoint = T5Fixture.Write(folder.File("checkpoint"));
        Change(checkpoint, "config.json", field, JsonValue.Create(value)!);

        var e = Assert.Throws<ModelException>(() => ModelImport.Import(checkpoint, folder.File("model"), Precision.Float32));

        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("model")));
    }

    [Theory]
    [InlineData("no_repeat_ngram_size", 3)]
    [InlineData("repetition_penalty", 1.2)]
    [InlineData("forced_bos_token_id", 5)]
    [InlineData("eos_token_id", 99999)]
    public void Import_GenerationRuleThatIsNotBuilt_IsRefusedByName(string field, object value)
    {
        var checkpoint = T5Fixture.Write(folder.File("checkpoint"));
        Change(checkpoint, GenerationSettings.FileName, field, JsonValue.Create(value)!);

        var e = Assert.Throws<ModelException>(() => ModelImport.Import(checkpoint, folder.File("model"), Precision.Float32));

        Assert.Contains($"\"{field}\" is {JsonValue.Create(value)!.ToJsonString()}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("encoder.onnx")]
    [InlineData("decoder.onnx")]
    [InlineData("model.safetensors")]
    public void Load_FileChanged_IsRefusedByName(string name)
    {
        var model = ModelImport.Import(T5Fixture.Write(folder.File("checkpoint")), folder.File("model"), Precision.Float32).Path;
        var bytes = File.ReadAllBytes(Path.Combine(model, name));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(Path.Combine(model, name), bytes);

        var e = Assert.Throws<ModelException>(() => GenFuserModel.Load(model));

        Assert.Contains(Path.Combine(model, name), e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static T5Config Config(string checkpoint) => T5Config.Read(ConfigFile.Read(Path.Combine(checkpoint, "config.json")));

    private string Synthetic(string feedForward, bool isTied, int headSize)
    {
        var shape = SyntheticT5.Shape(hidden: 64, headSize, heads: 4, intermediate: 96, layers: 2, vocabulary: 1504);
        shape["num_decoder_layers"] = 3;
        shape["feed_forward_proj"] = feedForward;
        shape["tie_word_embeddings"] = isTied;
        SyntheticT5.Write(folder.File("synthetic"), shape);
        return folder.File("synthetic");
    }

    private float[] Logits(string checkpoint, Precision precision)
    {
        using var model = GenFuserModel.Load(ModelImport.Import(checkpoint, folder.File($"{precision}"), precision).Path);
        return model.Score(Prompt, Decoded);
    }

    // Writes a tensor once more under another name, or under that alone.
    private static void Add(string checkpoint, string name, string from, bool keep = true)
    {
        var path = Path.Combine(checkpoint, "model.safetensors");
        var tensors = new List<(TensorInfo Info, float[] Values)>();
        using (var open = Checkpoint.Open(checkpoint))
        {
            tensors.AddRange(open.Tensors.Values.Where(info => keep || info.Name != from).Select(info => (info, open.Read(info.Name))));
            tensors.Add((open.Find(from) with { Name = name }, open.Read(from)));
        }

        using var writer = SafetensorsWriter.Create(path, [.. tensors.Select(tensor => tensor.Info)]);
        foreach (var (info, values) in tensors)
        {
            writer.Write(info.Name, values);
        }

        writer.Finish();
    }

    private delegate void Edit(string name, float[] values);

    private static void Rewrite(string checkpoint, Edit edit)
    {
        var path = Path.Combine(checkpoint, "model.safetensors");
        var tensors = new List<(TensorInfo Info, float[] Values)>();
        using (var open = Checkpoint.Open(checkpoint))
        {
            tensors.AddRange(open.Tensors.Values.Select(info => (info, open.Read(info.Name))));
        }

        using var writer = SafetensorsWriter.Create(path, [.. tensors.Select(tensor => tensor.Info)]);
        foreach (var (info, values) in tensors)
        {
            edit(info.Name, values);
            writer.Write(info.Name, values);
        }

        writer.Finish();
    }

    private static void Change(string checkpoint, string file, string field, JsonNode? value)
    {
        var path = Path.Combine(checkpoint, file);
        var json = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        json[field] = value;
        File.WriteAllText(path, json.ToJsonString());
    }
}
