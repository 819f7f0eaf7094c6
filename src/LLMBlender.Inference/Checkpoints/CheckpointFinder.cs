using LLMBlender.Inference.Checkpoints.Torch;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>Finds the checkpoint that a path refers to.</summary>
internal static class CheckpointFinder
{
    private const string IndexExtension = ".index.json";

    private static readonly string[] Names =
    [
        "model.safetensors",
        "model.safetensors" + IndexExtension,
        "pytorch_model.bin",
        "pytorch_model.bin" + IndexExtension,
    ];

    public static Checkpoint Open(string path)
    {
        var file = Directory.Exists(path) ? FindIn(path) : path;
        return file.EndsWith(IndexExtension, StringComparison.Ordinal)
            ? ShardedCheckpoint.OpenIndex(file)
            : OpenFile(file);
    }

    /// <summary>Opens one weights file: a zip archive is a PyTorch file; <c>.safetensors</c> is identified by its extension.</summary>
    public static Checkpoint OpenFile(string path)
    {
        var file = WeightsFile.Open(path);
        try
        {
            ThrowIfPointer(file);
            return path.EndsWith(".safetensors", StringComparison.Ordinal)
                ? SafetensorsCheckpoint.Open(file)
                : TorchCheckpoint.Open(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string FindIn(string folder)
    {
        foreach (var name in Names)
        {
            if (File.Exists(Path.Combine(folder, name)))
            {
                return Path.Combine(folder, name);
            }
        }

        return Only(folder, ".safetensors") ?? Only(folder, ".bin") ?? throw new ModelException(
            folder, $"contains no weights: looked for {string.Join(", ", Names)}, one *.safetensors, one *.bin");
    }

    private static string? Only(string folder, string extension)
    {
        string[] files = [.. FilesIn(folder)
            .Where(file => file.EndsWith(extension, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        return files.Length <= 1 ? files.FirstOrDefault() : throw new ModelException(
            folder,
            $"holds none of {string.Join(", ", Names)}, and {files.Length} other *{extension} files, where one is "
            + "needed: "
            + string.Join(", ", files.Take(8).Select(Path.GetFileName)));
    }

    private static string[] FilesIn(string folder)
    {
        try
        {
            return Directory.GetFiles(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(folder, $"can't be listed: {e.Message}", e);
        }
    }

    private static void ThrowIfPointer(WeightsFile file)
    {
        if (file.Length < ModelFile.MostPointerBytes)
        {
            ModelFile.ThrowIfPointer(file.Path, file.Read(0, (int)file.Length, "the start"));
        }
    }
}
