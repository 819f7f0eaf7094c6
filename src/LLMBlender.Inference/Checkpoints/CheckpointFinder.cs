using LLMBlender.Inference.Checkpoints.Torch;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>From a path to the checkpoint that is meant.</summary>
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

    /// <summary>
    /// Opens one weights file: a zip archive is PyTorch's, <c>.safetensors</c> says itself what it is.
    /// </summary>
    public static Checkpoint OpenFile(string path)
    {
        var file = WeightsFile.Open(path);
        try
        {
            RefusePointer(file);
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
            folder, $"holds no weights: looked for {string.Join(", ", Names)}, one *.safetensors, one *.bin");
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

    // What a clone without Git LFS leaves instead of every large file.
    private static void RefusePointer(WeightsFile file)
    {
        var pointer = "version https://git-lfs."u8;
        Span<byte> start = stackalloc byte[pointer.Length];
        if (file.Length is >= 24 and < 1024)
        {
            file.ReadExactly(0, start, "the start");
            if (start.SequenceEqual(pointer))
            {
                throw new ModelException(
                    file.Path,
                    "is a Git LFS pointer, not the file it points to: fetch it with 'git lfs pull'");
            }
        }
    }
}
