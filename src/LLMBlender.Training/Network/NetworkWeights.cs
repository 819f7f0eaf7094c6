using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference;
using LLMBlender.Inference.Checkpoints;
using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>A network's parameters to and from safetensors, by their Hugging Face names.</summary>
internal static class NetworkWeights
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly string[] TokenizerFiles =
        ["spm.model", "vocab.txt", "tokenizer.json", "tokenizer_config.json", "added_tokens.json", "special_tokens_map.json"];

    private static readonly string[] EncoderPrefixes = ["", "deberta.", "pretrained_model."];

    /// <summary>A ranker with the weights of a folder in the PairRM-hf layout.</summary>
    /// <exception cref="ModelException">Its config.json or a tensor is missing or wrong.</exception>
    public static PairRankerNetwork LoadRanker(string folder)
    {
        NetworkConfig config = NetworkConfig.Load(folder);
        config.RequireMarkers(Path.Combine(folder, "config.json"));
        var network = new PairRankerNetwork(config);
        Load(network, folder);
        network.eval();
        return network;
    }

    /// <summary>Fills every parameter of <paramref name="module"/> from a checkpoint; tensors it doesn't name are ignored.</summary>
    /// <exception cref="ModelException">A tensor is missing or has another shape.</exception>
    public static void Load(nn.Module module, string path)
    {
        using Checkpoint checkpoint = Checkpoint.Open(path);
        Load(module, path, checkpoint, "");
    }

    /// <summary>Fills an encoder from a checkpoint that holds one, by itself or under a head.</summary>
    /// <exception cref="ModelException">A tensor is missing or has another shape.</exception>
    public static void LoadEncoder(Encoder encoder, string path)
    {
        using Checkpoint checkpoint = Checkpoint.Open(path);
        string prefix = EncoderPrefixes.FirstOrDefault(
            known => checkpoint.Tensors.ContainsKey(known + "embeddings.word_embeddings.weight"), "");
        Load(encoder, path, checkpoint, prefix);
    }

    private static void Load(nn.Module module, string path, Checkpoint checkpoint, string prefix)
    {
        foreach (var (name, parameter) in module.named_parameters())
        {
            Read(checkpoint, path, prefix + name, parameter);
        }
    }

    /// <summary>Fills one parameter from a checkpoint's tensor.</summary>
    /// <exception cref="ModelException">The tensor is missing or has another shape.</exception>
    public static void Read(Checkpoint checkpoint, string path, string name, Tensor parameter)
    {
        TensorInfo tensor = checkpoint.Find(name);
        if (!tensor.Shape.AsSpan().SequenceEqual(parameter.shape))
        {
            throw new ModelException(path,
                $"{tensor} does not have the shape [{string.Join(", ", parameter.shape)}] that config.json asks for");
        }

        checkpoint.Read(name, Floats(parameter));
    }

    /// <summary>Writes a Hugging Face folder: config.json, model.safetensors, and the tokenizer's files.</summary>
    /// <remarks>Each file is replaced as a whole, the weights last, so that a reader never sees half a file.</remarks>
    public static void Export(nn.Module network, JsonObject config, string tokenizer, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in TokenizerFiles.Select(name => Path.Combine(tokenizer, name)).Where(File.Exists))
        {
            Replace(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllBytes(file));
        }

        string json = config.ToJsonString(Indented) + "\n";
        Replace(Path.Combine(folder, "config.json"), System.Text.Encoding.UTF8.GetBytes(json));
        Save(network.named_parameters().Select(p => (p.name, (Tensor)p.parameter)), Path.Combine(folder, "model.safetensors"));
    }

    /// <summary>Writes tensors to a safetensors file.</summary>
    public static void Save(IEnumerable<(string Name, Tensor Parameter)> parameters, string file)
    {
        var all = parameters.ToArray();
        using var writer = SafetensorsWriter.Create(
            file,
            [.. all.Select(p => new TensorInfo(p.Name, TensorType.Float32, [.. p.Parameter.shape]))],
            new Dictionary<string, string> { ["format"] = "pt" });
        foreach (var (name, parameter) in all)
        {
            writer.Write(name, Floats(parameter));
        }

        writer.Finish();
    }

    /// <summary>Writes a file as a whole, unless it holds just that.</summary>
    public static void Replace(string file, byte[] content)
    {
        if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(content))
        {
            return;
        }

        File.WriteAllBytes(file + ".partial", content);
        File.Move(file + ".partial", file, overwrite: true);
    }

    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
