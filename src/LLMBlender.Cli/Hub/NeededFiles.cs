using System.Text.Json;
using LLMBlender.Inference;

namespace LLMBlender.Cli.Hub;

/// <summary>Selects the files of a repository that an import reads.</summary>
internal static class NeededFiles
{
    /// <summary>The checkpoint's config.</summary>
    public const string Config = "config.json";

    private const string IndexExtension = ".index.json";

    private static readonly string[] Weights =
        ["model.safetensors", "model.safetensors" + IndexExtension, "pytorch_model.bin", "pytorch_model.bin" + IndexExtension];

    private static readonly string[][] Tokenizers =
        [["tokenizer.json"], ["spm.model"], ["spiece.model"], ["sentencepiece.bpe.model"], ["vocab.json", "merges.txt"], ["vocab.txt"]];

    private static readonly string[] Settings =
        ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "generation_config.json"];

    /// <summary>The config and the tokenizer's files.</summary>
    public static IReadOnlyList<string> OfTokenizer(IReadOnlyList<string> files) =>
        [Config, .. Tokenizers.FirstOrDefault(set => set.All(files.Contains)) ?? [], .. Settings.Where(files.Contains)];

    /// <summary>The file of weights, or the index of sharded weights; null if there is none.</summary>
    public static string? OfWeights(IReadOnlyList<string> files) =>
        Weights.FirstOrDefault(files.Contains) ?? Only(files, ".safetensors") ?? Only(files, ".bin");

    /// <summary>Whether a file of weights is an index of shards.</summary>
    public static bool IsIndex(string weights) => weights.EndsWith(IndexExtension, StringComparison.Ordinal);

    /// <summary>The shards that an index lists.</summary>
    /// <exception cref="ModelException">The file is not an index, or lists an invalid file name.</exception>
    public static IReadOnlyList<string> Shards(string index)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(index));
            string[] shards = [.. document.RootElement.GetProperty("weight_map").EnumerateObject().Select(entry => entry.Value.GetString() ?? "").Distinct()];
            return shards.FirstOrDefault(shard => !IsPlain(shard)) is { } other
                ? throw new ModelException(index, $"names the file \"{other}\", and a shard is a plain file name in the same folder")
                : shards;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ModelException(index, $"is not an index of weights: {e.Message}", e);
        }
    }

    /// <summary>Whether a folder contains all files that an import reads.</summary>
    /// <param name="folder">A snapshot's folder.</param>
    /// <param name="withWeights">Whether weights are required.</param>
    public static bool AreIn(string folder, bool withWeights)
    {
        if (!Directory.Exists(folder))
        {
            return false;
        }

        string[] files = [.. Directory.EnumerateFiles(folder).Where(File.Exists).Select(file => Path.GetFileName(file)!)];
        if (!files.Contains(Config) || (!withWeights && !Tokenizers.Any(set => set.All(files.Contains))))
        {
            return false;
        }

        return !withWeights || (OfWeights(files) is { } weights
            && (!IsIndex(weights) || Shards(Path.Combine(folder, weights)).All(files.Contains)));
    }

    /// <summary>Whether a name is a plain file name in the repository's root folder.</summary>
    public static bool IsPlain(string name) =>
        name.Length is > 0 and < 256 && name is not ("." or "..") && !name.AsSpan().ContainsAny("/\\:\0") && !name.Any(char.IsControl);

    private static string? Only(IReadOnlyList<string> files, string extension) =>
        files.Where(file => file.EndsWith(extension, StringComparison.Ordinal)).ToArray() is [var only] ? only : null;
}
