using System.Security.Cryptography;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Tokenization.Files;

namespace LLMBlender.Inference.Models;

/// <summary>
/// An imported model: manifest, graphs, weights, config and tokenizer files in one folder. The weights are a safetensors file that the
/// graph refers to, so that with fp32 and fp16 the folder is also a Hugging Face checkpoint, which can be imported again at another
/// precision or trained further.
/// </summary>
public sealed class ModelFolder
{
    internal const string GraphFile = "graph.onnx";
    internal const string EncoderGraphFile = "encoder.onnx";
    internal const string DecoderGraphFile = "decoder.onnx";
    internal const string WeightsFile = StoredWeights.FileName;
    internal const string ConfigFileName = "config.json";

    // Files loaded by name: each must be listed with its hash in the manifest.
    private static readonly string[] Loaded =
    [
        GraphFile, EncoderGraphFile, DecoderGraphFile, WeightsFile, ConfigFileName, GenerationSettings.FileName, .. TokenizerFiles.Names,
    ];

    private ModelFolder(string path, ModelManifest manifest) => (Path, Manifest) = (path, manifest);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The manifest.</summary>
    public ModelManifest Manifest { get; }

    internal string Graph => System.IO.Path.Combine(Path, GraphFile);

    internal string EncoderGraph => System.IO.Path.Combine(Path, EncoderGraphFile);

    internal string DecoderGraph => System.IO.Path.Combine(Path, DecoderGraphFile);

    /// <summary>Opens a folder, and verifies every file against the manifest.</summary>
    /// <exception cref="ModelException">No manifest, a missing file, or one whose content has changed.</exception>
    public static ModelFolder Open(string path)
    {
        var manifest = ModelManifest.Read(path);
        foreach (var (name, hash) in manifest.Files)
        {
            CheckFile(path, name, hash);
        }

        if (Loaded.FirstOrDefault(name => !manifest.Files.ContainsKey(name) && File.Exists(System.IO.Path.Combine(path, name))) is { } extra)
        {
            throw new ModelException(
                System.IO.Path.Combine(path, extra), "is in the model's folder, would be loaded, and is not in its manifest: remove it, or import the model again");
        }

        return new ModelFolder(path, manifest);
    }

    /// <summary>Opens a model folder of the given kind; see <see cref="Open(string)"/>.</summary>
    /// <exception cref="ModelException">As for <see cref="Open(string)"/>, or the model is of another kind.</exception>
    public static ModelFolder Open(string path, string kind)
    {
        var manifest = ModelManifest.Read(path);
        return manifest.Kind == kind
            ? Open(path)
            : throw new ModelException(
                System.IO.Path.Combine(path, ModelManifest.FileName), $"\"kind\" is \"{manifest.Kind}\", but a {kind} was requested");
    }

    internal ConfigFile ReadConfig() => ConfigFile.Read(System.IO.Path.Combine(Path, ConfigFileName));

    internal static string Hash(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static void CheckFile(string folder, string name, string expected)
    {
        if (name != System.IO.Path.GetFileName(name))
        {
            throw new ModelException(
                System.IO.Path.Combine(folder, ModelManifest.FileName), $"\"files\" names \"{name}\", but only files of the folder itself may be named");
        }

        var path = System.IO.Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            throw new ModelException(path, "the file is missing, and the manifest names it");
        }

        if (ModelFile.IsEmpty(path))
        {
            throw new ModelException(path, "has no bytes: it is empty, or no regular file");
        }

        var actual = Hash(path);
        if (actual != expected)
        {
            throw new ModelException(
                path, $"has SHA-256 {actual}, but the manifest has {expected}: the file was truncated or changed; import the model again");
        }
    }
}
