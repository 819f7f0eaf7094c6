using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Training.Fusion.Network;
using LLMBlender.Training.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>Writes a fuser as the Hugging Face folder of a T5ForConditionalGeneration.</summary>
internal static class FuserExport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly string[] TokenizerFiles =
        ["spiece.model", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"];

    /// <summary>Writes config.json, generation_config.json, model.safetensors and the tokenizer's files.</summary>
    /// <remarks>Each file is replaced as a whole, the weights last, so that a reader never sees half a file.</remarks>
    public static void Write(FuserNetwork network, string tokenizer, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in TokenizerFiles.Select(name => Path.Combine(tokenizer, name)).Where(File.Exists))
        {
            NetworkWeights.Replace(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllBytes(file));
        }

        FuserConfig config = network.Config;
        WriteJson(Path.Combine(folder, "config.json"), config.ToJson());
        WriteJson(Path.Combine(folder, "generation_config.json"), new JsonObject
        {
            ["decoder_start_token_id"] = config.StartId,
            ["eos_token_id"] = config.EosId,
            ["pad_token_id"] = config.PadId,
        });
        NetworkWeights.Save(
            network.named_parameters().Select(p => (p.name, (Tensor)p.parameter)), Path.Combine(folder, "model.safetensors"));
    }

    private static void WriteJson(string file, JsonObject json) =>
        NetworkWeights.Replace(file, Encoding.UTF8.GetBytes(json.ToJsonString(Indented) + "\n"));
}
