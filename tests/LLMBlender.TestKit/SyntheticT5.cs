using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.T5;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.TestKit;

/// <summary>
/// A T5 checkpoint of any shape with random weights: for measuring, where the published weights can't be had. Speeds and
/// memory are those of the real thing; answers mean nothing.
/// </summary>
public static class SyntheticT5
{
    // A prime number: of a stretch of whole rows, every row of the vocabulary would come again, and its tokens would be as likely as each other.
    private const int Stretch = 1_048_573;

    /// <summary>The shape of llm-blender/gen_fuser_3b, which is Flan-T5-XL's.</summary>
    public static JsonObject ThreeBillion => Shape(hidden: 2048, headSize: 64, heads: 32, intermediate: 5120, layers: 24, vocabulary: 32128);

    /// <summary>A gated T5 with an untied head, as v1.1 and Flan have it.</summary>
    public static JsonObject Shape(int hidden, int headSize, int heads, int intermediate, int layers, int vocabulary) => new()
    {
        ["model_type"] = "t5",
        ["architectures"] = new JsonArray("T5ForConditionalGeneration"),
        ["d_model"] = hidden,
        ["d_kv"] = headSize,
        ["num_heads"] = heads,
        ["d_ff"] = intermediate,
        ["num_layers"] = layers,
        ["num_decoder_layers"] = layers,
        ["vocab_size"] = vocabulary,
        ["feed_forward_proj"] = "gated-gelu",
        ["tie_word_embeddings"] = false,
        ["decoder_start_token_id"] = 0,
        ["pad_token_id"] = 0,
        ["eos_token_id"] = 1,
    };

    /// <summary>Writes the checkpoint in single precision, as safetensors.</summary>
    public static void Write(string folder, JsonObject shape)
    {
        var tensors = WriteConfig(folder, shape);
        using var writer = SafetensorsWriter.Create(
            Path.Combine(folder, "model.safetensors"),
            [.. tensors.Select(tensor => new TensorInfo(tensor.Name, TensorType.Float32, [.. tensor.Shape]))]);
        var random = new Random(7);
        var values = new float[Stretch];
        foreach (var tensor in tensors)
        {
            Fill(values, tensor, random);
            foreach (var count in Stretches(tensor))
            {
                writer.Write(tensor.Name, values.AsSpan(0, count));
            }
        }

        writer.Finish();
    }

    /// <summary>Writes the checkpoint as <c>torch.save</c> writes a bfloat16 state dict, a stretch in memory at a time.</summary>
    public static void WriteTorch(string folder, JsonObject shape)
    {
        var tensors = WriteConfig(folder, shape);
        var dictionary = new TorchFile();
        for (var i = 0; i < tensors.Count; i++)
        {
            var (dimensions, key) = (tensors[i].Shape, $"{i}");
            dictionary.AddView(tensors[i].Name, "BFloat16Storage", key, Elements(tensors[i]), 0, dimensions, TorchFile.RowMajor(dimensions));
        }

        using var archive = ZipFile.Open(Path.Combine(folder, "pytorch_model.bin"), ZipArchiveMode.Create);
        using (var pickle = archive.CreateEntry("archive/data.pkl", CompressionLevel.NoCompression).Open())
        {
            pickle.Write(dictionary.ToPickle());
        }

        var random = new Random(7);
        var (values, halves) = (new float[Stretch], new ushort[Stretch]);
        for (var i = 0; i < tensors.Count; i++)
        {
            using var entry = archive.CreateEntry($"archive/data/{i}", CompressionLevel.NoCompression).Open();
            Fill(values, tensors[i], random);
            for (var at = 0; at < values.Length; at++)
            {
                halves[at] = (ushort)(BitConverter.SingleToUInt32Bits(values[at]) >> 16);
            }

            foreach (var count in Stretches(tensors[i]))
            {
                entry.Write(MemoryMarshal.AsBytes(halves.AsSpan(0, count)));
            }
        }
    }

    private static List<TensorSpec> WriteConfig(string folder, JsonObject shape)
    {
        T5Fixture.Write(folder);
        File.Delete(Path.Combine(folder, "model.safetensors"));
        var path = Path.Combine(folder, "config.json");
        File.WriteAllText(path, shape.ToJsonString());
        return [.. T5Tensors.Of(T5Config.Read(ConfigFile.Read(path)), Precision.Float32, T5Tensors.Shared)];
    }

    // The published initialisation's order of magnitude, so that numbers stay in their usual range.
    private static void Fill(float[] values, TensorSpec tensor, Random random)
    {
        var isNorm = tensor.Shape.Length == 1;
        var scale = tensor.Name.EndsWith("shared.weight", StringComparison.Ordinal) ? 1 : Math.Pow(tensor.Shape[^1], -0.5);
        if (tensor.Name.EndsWith("q.weight", StringComparison.Ordinal))
        {
            scale /= 8;
        }

        for (var i = 0; i < Math.Min(values.Length, Elements(tensor)); i++)
        {
            values[i] = isNorm ? 1 : (float)((random.NextDouble() - 0.5) * 3.4 * scale);
        }
    }

    private static IEnumerable<int> Stretches(TensorSpec tensor)
    {
        for (var left = Elements(tensor); left > 0; left -= Stretch)
        {
            yield return (int)Math.Min(left, Stretch);
        }
    }

    private static long Elements(TensorSpec tensor) => tensor.Shape.Aggregate(1L, (product, dimension) => product * dimension);
}
