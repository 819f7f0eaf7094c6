using System.Numerics.Tensors;
using LLMBlender.Inference;
using LLMBlender.Inference.Checkpoints;

namespace LLMBlender.Training.Rewards.Runs;

/// <summary>The mean of several checkpoints' weights (Wortsman et al. 2022, "Model soups").</summary>
internal static class WeightAverage
{
    /// <summary>Writes a folder with the mean of the folders' weights and the first one's other files.</summary>
    /// <exception cref="ModelException">A folder can't be read, or their tensors differ in name or shape.</exception>
    public static void Write(IReadOnlyList<string> folders, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(folders[0]).Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }

        Checkpoint[] all = [.. folders.Select(Checkpoint.Open)];
        try
        {
            TensorInfo[] tensors = [.. all[0].Tensors.Values.Select(tensor => new TensorInfo(tensor.Name, TensorType.Float32, tensor.Shape))];
            using var writer = SafetensorsWriter.Create(
                Path.Combine(to, "model.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
            foreach (TensorInfo tensor in tensors)
            {
                writer.Write(tensor.Name, Mean(all, folders, tensor));
            }

            writer.Finish();
        }
        finally
        {
            foreach (Checkpoint checkpoint in all)
            {
                checkpoint.Dispose();
            }
        }
    }

    private static float[] Mean(Checkpoint[] all, IReadOnlyList<string> folders, TensorInfo tensor)
    {
        float[] mean = all[0].Read(tensor.Name);
        for (int i = 1; i < all.Length; i++)
        {
            if (!all[i].Find(tensor.Name).Shape.AsSpan().SequenceEqual(tensor.Shape.AsSpan()))
            {
                throw new ModelException(folders[i], $"{all[i].Find(tensor.Name)} has another shape than {tensor} of {folders[0]}");
            }

            TensorPrimitives.Add<float>(mean, all[i].Read(tensor.Name), mean);
        }

        TensorPrimitives.Divide<float>(mean, all.Length, mean);
        return mean;
    }
}
