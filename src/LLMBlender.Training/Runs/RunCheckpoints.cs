using System.Globalization;
using System.Text.Json;
using LLMBlender.Inference;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Training.Optimization;

namespace LLMBlender.Training.Runs;

/// <summary>
/// A run's checkpoints: one folder a step, with weights and both moments in tensors.safetensors and the place in the run in state.json.
/// A folder gets its name only when it is complete; the newest few are kept.
/// </summary>
internal sealed class RunCheckpoints(string folder)
{
    private const int MaxCheckpoints = 4;
    private const string Prefix = "step-";

    public void Save(AdamW optimizer, RunState state)
    {
        string name = Path.Combine(folder, Prefix + state.Step.ToString("D8", CultureInfo.InvariantCulture));
        if (Directory.Exists(name))
        {
            return;
        }

        string partial = name + ".partial";
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true);
        }

        Directory.CreateDirectory(partial);
        SaveTensors(optimizer, Path.Combine(partial, "tensors.safetensors"));
        File.WriteAllText(Path.Combine(partial, "state.json"), JsonSerializer.Serialize(state));
        Directory.Move(partial, name);
        foreach (string old in Complete().SkipLast(MaxCheckpoints))
        {
            Directory.Delete(old, recursive: true);
        }
    }

    /// <summary>Restores the newest checkpoint, if there is one.</summary>
    /// <returns>The place in the run, or <see cref="RunState.Start"/> where there is no checkpoint.</returns>
    /// <exception cref="ModelException">The checkpoint doesn't fit the network or can't be read.</exception>
    public RunState Restore(AdamW optimizer)
    {
        if (Complete().LastOrDefault() is not { } newest)
        {
            return RunState.Start;
        }

        string file = Path.Combine(newest, "state.json");
        try
        {
            RunState state = JsonSerializer.Deserialize<RunState>(File.ReadAllText(file))
                ?? throw new ModelException(file, "null is not the state of a run");
            RestoreTensors(optimizer, Path.Combine(newest, "tensors.safetensors"));
            optimizer.Steps = state.Step;
            return state;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new ModelException(file, $"can't be read: {e.Message}", e);
        }
    }

    private IEnumerable<string> Complete() =>
        !Directory.Exists(folder)
            ? []
            : Directory.GetDirectories(folder, Prefix + "*")
                .Where(name => !name.EndsWith(".partial", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal);

    private static void SaveTensors(AdamW optimizer, string file)
    {
        var tensors = new List<TensorInfo>();
        foreach (AdamWSlot slot in optimizer.Slots)
        {
            foreach (var (name, _) in Parts(slot))
            {
                tensors.Add(new TensorInfo(name, TensorType.Float32, [.. slot.Parameter.shape]));
            }
        }

        using var writer = SafetensorsWriter.Create(file, tensors);
        foreach (var (name, values) in optimizer.Slots.SelectMany(Parts))
        {
            writer.Write(name, values.Span);
        }

        writer.Finish();
    }

    private static void RestoreTensors(AdamW optimizer, string file)
    {
        using Checkpoint checkpoint = Checkpoint.Open(file);
        foreach (AdamWSlot slot in optimizer.Slots)
        {
            if (!checkpoint.Find(slot.Name).Shape.AsSpan().SequenceEqual(slot.Parameter.shape))
            {
                throw new ModelException(file, $"{checkpoint.Find(slot.Name)} belongs to a network of another shape than the run's configuration");
            }

            checkpoint.Read(slot.Name, slot.Weights);
            checkpoint.Read(slot.Name + ".first", slot.First);
            checkpoint.Read(slot.Name + ".second", slot.Second);
        }
    }

    private static (string Name, ReadOnlyMemory<float> Values)[] Parts(AdamWSlot slot) =>
    [
        (slot.Name, slot.Weights.ToArray()),
        (slot.Name + ".first", slot.First),
        (slot.Name + ".second", slot.Second),
    ];
}
