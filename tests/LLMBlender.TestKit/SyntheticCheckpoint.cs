using System.Text.Json.Nodes;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Deberta;
using LLMBlender.Inference.Onnx.Encoders;

namespace LLMBlender.TestKit;

/// <summary>
/// A PairRanker checkpoint of any shape with small random weights, in the layout of llm-blender/PairRM-hf: for measuring,
/// where the published weights can't be had. Speeds are those of the real thing; answers mean nothing.
/// </summary>
public static class SyntheticCheckpoint
{
    /// <summary>Writes the checkpoint, with the tiny fixture's tokenizer.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="hidden">Width of a hidden state.</param>
    /// <param name="layers">How many layers.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="vocabulary">Embedding rows; at least the tokenizer's.</param>
    public static void Write(string folder, int hidden, int layers, int heads, int vocabulary = 4005)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in new[] { "spm.model", "added_tokens.json", "special_tokens_map.json", "tokenizer_config.json" })
        {
            File.Copy(Fixture.File("pairrm-tiny", file), Path.Combine(folder, file), overwrite: true);
        }

        var json = JsonNode.Parse(File.ReadAllBytes(Fixture.File("pairrm-tiny", "config.json")))!.AsObject();
        json["hidden_size"] = hidden;
        json["intermediate_size"] = 4 * hidden;
        json["num_hidden_layers"] = layers;
        json["num_attention_heads"] = heads;
        json["vocab_size"] = vocabulary;
        json["position_buckets"] = 256;
        json["max_position_embeddings"] = 512;
        var path = Path.Combine(folder, "config.json");
        File.WriteAllText(path, json.ToJsonString());
        WriteWeights(folder, DebertaConfig.Read(ConfigFile.Read(path)), vocabulary);
    }

    private static void WriteWeights(string folder, DebertaConfig config, int vocabulary)
    {
        var tensors = DebertaTensors.OfGraph(config, PairRankerGraph.EncoderPrefix, vocabulary)
            .Concat(DebertaTensors.OfRelativeTables(config, PairRankerGraph.EncoderPrefix))
            .Concat(PairRankerGraph.TensorsOfHead(config.Hidden, tasks: 1))
            .ToList();
        using var writer = SafetensorsWriter.Create(
            Path.Combine(folder, "model.safetensors"),
            [.. tensors.Select(tensor => new TensorInfo(tensor.Name, TensorType.Float32, [.. tensor.Shape]))]);
        var random = new Random(7);
        foreach (var tensor in tensors)
        {
            var values = new float[tensor.Shape.Aggregate(1L, (product, dimension) => product * dimension)];
            var isNorm = tensor.Name.EndsWith("LayerNorm.weight", StringComparison.Ordinal);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = isNorm ? 1 : (float)(random.NextDouble() - 0.5) * 0.07f;
            }

            writer.Write(tensor.Name, values);
        }

        writer.Finish();
    }
}
