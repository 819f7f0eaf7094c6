using System.Text.Json.Nodes;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.TestKit;

/// <summary>The tiny reference BERT, and checkpoints made of its tensors: under other names, and with heads.</summary>
public sealed class BertCheckpoint : IDisposable
{
    /// <summary>Width of a hidden state.</summary>
    public const int Hidden = 64;

    private readonly TemporaryFolder folder = new();
    private readonly Random random = new(5);

    /// <summary>Tensors of the checkpoint, to be changed before it is written.</summary>
    public Dictionary<string, (long[] Shape, float[] Values)> Tensors { get; } = [];

    /// <summary>Its config.</summary>
    public JsonObject Config { get; }

    public BertCheckpoint()
    {
        PackedFixture.Write("bert-tiny", folder.File("plain"));
        Config = JsonNode.Parse(System.IO.File.ReadAllText(folder.File("plain", "config.json")))!.AsObject();
        using var checkpoint = Checkpoint.Open(folder.File("plain"));
        foreach (var (name, info) in checkpoint.Tensors)
        {
            Tensors[name] = ([.. info.Shape], checkpoint.Read(name));
        }
    }

    /// <summary>The reference checkpoint as it is.</summary>
    public string Plain => folder.File("plain");

    /// <summary>A path below a folder of its own.</summary>
    public string File(string name) => folder.File(name);

    /// <summary>Adds a tensor of noise.</summary>
    public float[] Add(string name, double deviation, params long[] shape)
    {
        float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)(deviation * (random.NextDouble() - 0.5)))];
        Tensors[name] = (shape, values);
        return values;
    }

    /// <summary>Gives the encoder's tensors a prefix.</summary>
    public void Prefix(string prefix)
    {
        foreach (var name in Tensors.Keys.Where(name => name.StartsWith('e') || name.StartsWith("pooler", StringComparison.Ordinal)).ToList())
        {
            Tensors[prefix + name] = Tensors[name];
            Tensors.Remove(name);
        }
    }

    /// <summary>Writes the checkpoint as it is now, and imports it.</summary>
    /// <returns>The model's folder.</returns>
    public string Import(string name, string? kind = null, Precision precision = Precision.Float32, RowLimits limits = default)
    {
        var checkpoint = folder.CopyOf(Plain, name + "-checkpoint");
        System.IO.File.WriteAllText(Path.Combine(checkpoint, "config.json"), Config.ToJsonString());
        using (var writer = SafetensorsWriter.Create(
            Path.Combine(checkpoint, "model.safetensors"), [.. Tensors.Select(t => new TensorInfo(t.Key, TensorType.Float32, [.. t.Value.Shape]))]))
        {
            foreach (var (tensor, (_, values)) in Tensors)
            {
                writer.Write(tensor, values);
            }

            writer.Finish();
        }

        return ModelImport.Import(checkpoint, folder.File(name), precision, kind: kind, limits: limits).Path;
    }

    /// <summary>The reference's tokenizer.</summary>
    public Tokenizer Tokenizer => Tokenizer.Load(Plain);

    /// <summary>W·x + b.</summary>
    public double[] Dense(string name, IReadOnlyList<double> x)
    {
        var (weight, bias) = (Tensors[name + ".weight"].Values, Tensors[name + ".bias"].Values);
        return [.. bias.Select((b, o) => b + x.Select((value, i) => value * weight[o * x.Count + i]).Sum())];
    }

    public void Dispose() => folder.Dispose();
}
