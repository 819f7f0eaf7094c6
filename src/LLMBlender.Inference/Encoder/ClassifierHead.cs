using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Models;

namespace LLMBlender.Inference.Encoder;

/// <summary>The last layer of a reward model: the score is linear in the features that a <see cref="ClassifierModel"/> returns.</summary>
public static class ClassifierHead
{
    private static readonly string[] Names = ["classifier.out_proj.weight", "classifier.weight", "score.weight"];

    /// <summary>Writes a copy of a reward model whose score is higher by change · features; of two labels the second one's logit is.</summary>
    /// <param name="from">The model's folder.</param>
    /// <param name="to">The folder of the copy; an older model there is replaced when the copy is complete.</param>
    /// <param name="change">A number for each feature.</param>
    /// <param name="manifest">Changes the copy's manifest.</param>
    /// <exception cref="ModelException">The folder is no model with such a layer, or the target holds something else.</exception>
    /// <exception cref="ArgumentException">There are more or fewer numbers than features.</exception>
    public static void Write(string from, string to, ReadOnlySpan<float> change, Func<ModelManifest, ModelManifest> manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var model = ModelFolder.Open(from);
        var target = ModelTarget.Of(to);
        Directory.CreateDirectory(target.Staging);
        try
        {
            foreach (var name in model.Manifest.Files.Keys)
            {
                File.Copy(Path.Combine(model.Path, name), Path.Combine(target.Staging, name), overwrite: true);
            }

            var weights = Path.Combine(target.Staging, ModelFolder.WeightsFile);
            Add(weights, change);
            var files = new SortedDictionary<string, string>(model.Manifest.Files, StringComparer.Ordinal) { [ModelFolder.WeightsFile] = ModelFolder.Hash(weights) };
            manifest(model.Manifest with { Id = target.Id, Files = files, TensorHash = $"sha256:{files[ModelFolder.WeightsFile]}" }).Write(target.Staging);
            target.Replace();
        }
        finally
        {
            if (Directory.Exists(target.Staging))
            {
                Directory.Delete(target.Staging, recursive: true);
            }
        }
    }

    /// <summary>The weight of each feature in a reward model's score, which is linear in them up to a constant; of two labels the second less the first.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <exception cref="ModelException">The folder is no reward model, or has no such layer.</exception>
    public static float[] Read(string folder)
    {
        var model = ModelFolder.Open(folder);
        if (model.Manifest.Kind != ModelKind.Classifier)
        {
            throw new ModelException(folder, $"is of kind {model.Manifest.Kind}, whose score is not linear in its features: a {ModelKind.Classifier} is needed");
        }

        using var file = WeightsFile.Open(Path.Combine(model.Path, ModelFolder.WeightsFile));
        var (_, tensor) = Find(file);
        var width = (int)tensor.Shape[1];
        var values = new float[tensor.ElementCount];
        SafetensorsCheckpoint.Open(file).Locate(tensor).CopyTo(0, MemoryMarshal.AsBytes(values.AsSpan()));
        return tensor.Shape[0] == 1 ? values : [.. values[width..].Zip(values[..width], static (good, bad) => good - bad)];
    }

    private static void Add(string path, ReadOnlySpan<float> change)
    {
        var (place, rows) = Find(path, change.Length);
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);

        // The last row: the only one, or the second of two labels.
        file.Position = place + ((rows - 1L) * change.Length * sizeof(float));
        var bytes = new byte[change.Length * sizeof(float)];
        file.ReadExactly(bytes);
        for (var i = 0; i < change.Length; i++)
        {
            var at = bytes.AsSpan(i * sizeof(float), sizeof(float));
            BinaryPrimitives.WriteSingleLittleEndian(at, BinaryPrimitives.ReadSingleLittleEndian(at) + change[i]);
        }

        file.Position -= bytes.Length;
        file.Write(bytes);
    }

    private static (long Offset, int Rows) Find(string path, int width)
    {
        using var file = WeightsFile.Open(path);
        var (offset, tensor) = Find(file);
        return tensor.Shape[1] == width
            ? (offset, (int)tensor.Shape[0])
            : throw new ArgumentException($"there are {width} numbers, and the last layer has {tensor.Shape[1]} features", nameof(width));
    }

    private static (long Offset, TensorInfo Tensor) Find(WeightsFile file)
    {
        var checkpoint = SafetensorsCheckpoint.Open(file);
        var tensor = Names.Select(name => checkpoint.Tensors.GetValueOrDefault(name)).FirstOrDefault(static tensor => tensor is { Type: TensorType.Float32, Shape: [1 or 2, _] })
            ?? throw new ModelException(file.Path, $"has no last layer of one or two rows in single precision ({string.Join(", ", Names)})");
        return (checkpoint.OffsetOf(tensor), tensor);
    }
}
