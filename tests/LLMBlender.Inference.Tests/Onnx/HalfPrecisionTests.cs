using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Encoders;
using LLMBlender.Inference.Sessions;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Onnx;

/// <summary>
/// Models at fp16 as a GPU computes them (<see cref="HalfGraph"/>) against single precision: as they are, with layers whose outputs exceed half's
/// range, and with attention scores that exceed it before and after they are scaled. The reference is the graph in single of the same checkpoint.
/// </summary>
public sealed class HalfPrecisionTests : IDisposable
{
    private const int Rows = 4;
    private const int Length = 24;

    // Of all three fixtures.
    private const int HeadSize = 16;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // Tensors are multiplied: sums that a norm follows keep their meaning at any size.
    [Theory]
    [InlineData("deberta", "none", 1, 0.004)]
    [InlineData("deberta", "output.dense", 30000, 0.01)]
    [InlineData("bert", "none", 1, 0.01)]
    [InlineData("bert", "output.dense", 30000, 0.02)]
    [InlineData("modernbert", "none", 1, 0.01)]
    [InlineData("modernbert", "mlp.Wo", 30000, 0.02)]
    public void Run_AtHalf_StaysNearSingle(string family, string enlarged, float factor, double tolerance)
    {
        var (single, half, naive) = Run(family, (name, values) => name.Contains(enlarged, StringComparison.Ordinal) ? [.. values.Select(value => value * factor)] : values);

        var largest = single.Zip(half, (a, b) => (double)MathF.Abs(a - b)).Max();
        Assert.All(half, value => Assert.True(float.IsFinite(value)));
        Assert.InRange(largest, 0, tolerance);
        Assert.Equal(factor > 1, naive.Any(value => !float.IsFinite(value)));
    }

    // A bias of queries and keys adds the same number to all scores of a query, here above 65,504 before they are scaled. Half has few digits
    // there, so that only overflow is tested: a score is stored after it is scaled, as transformers does at half.
    [Theory]
    [InlineData("deberta", "query_proj.bias", "key_proj.bias")]
    [InlineData("bert", "self.query.bias", "self.key.bias")]
    [InlineData("modernbert", "Wqkv.bias", "Wqkv.bias")]
    public void Run_ScoresBeyondHalfBeforeScaling_AreFinite(string family, string queries, string keys)
    {
        var (_, half, naive) = Run(family, (name, values) =>
            name.EndsWith(queries, StringComparison.Ordinal) || name.EndsWith(keys, StringComparison.Ordinal) ? [.. values.Select(value => value + 75)] : values);

        Assert.All(half, value => Assert.True(float.IsFinite(value)));
        Assert.Contains(naive, value => !float.IsFinite(value));
    }

    // Queries and keys are multiplied, so that scores exceed half's range even after they are scaled, and softmax chooses one token. Between
    // tokens of nearly equal scores the halves of queries and keys decide, here for some of BERT's states, which are compared one by one.
    [Theory]
    [InlineData("deberta", "query_proj", "key_proj", 0.01)]
    [InlineData("bert", "self.query", "self.key", 0.2)]
    public void Run_ScoresBeyondHalfAfterScaling_StayNearSingle(string family, string queries, string keys, double tolerance)
    {
        var (single, half, naive) = Run(family, (name, values) =>
            name.Contains(queries, StringComparison.Ordinal) || name.Contains(keys, StringComparison.Ordinal) ? [.. values.Select(value => value * 2000)] : values);

        Assert.All(half, value => Assert.True(float.IsFinite(value)));
        Assert.InRange(single.Zip(half, (a, b) => (double)MathF.Abs(a - b)).Average(), 0, tolerance);
        Assert.Contains(naive, value => !float.IsFinite(value));
    }

    private (float[] Single, float[] Half, float[] Naive) Run(string family, Func<string, float[], float[]> change)
    {
        var checkpoint = family switch
        {
            "deberta" => folder.CopyOf(Fixture.File("pairrm-tiny"), "checkpoint"),
            "bert" => Bert(),
            _ => ModernBert(),
        };
        Change(checkpoint, change);
        var kind = family == "deberta" ? null : ModelKind.Encoder;
        var single = Path.Combine(ModelImport.Import(checkpoint, folder.File("single"), Precision.Float32, kind: kind).Path, ModelFolder.GraphFile);
        var half = Path.Combine(ModelImport.Import(checkpoint, folder.File("half"), Precision.Float16, kind: kind).Path, ModelFolder.GraphFile);
        return (Run(single), Run(HalfGraph.Write(half, HeadSize, isNaive: false)), Run(HalfGraph.Write(single, HeadSize, isNaive: true)));
    }

    private string Bert()
    {
        using var bert = new BertCheckpoint();
        return folder.CopyOf(bert.Plain, "checkpoint");
    }

    private string ModernBert()
    {
        using var modern = new ModernBertCheckpoint();
        modern.AddEncoder("", biases: true);
        return folder.CopyOf(modern.Write("model"), "checkpoint");
    }

    private static void Change(string checkpoint, Func<string, float[], float[]> change)
    {
        Dictionary<string, (TensorInfo Info, float[] Values)> tensors = [];
        using (var file = Checkpoint.Open(checkpoint))
        {
            foreach (var (name, info) in file.Tensors)
            {
                tensors[name] = (new TensorInfo(name, TensorType.Float32, info.Shape), change(name, file.Read(name)));
            }
        }

        using var writer = SafetensorsWriter.Create(Path.Combine(checkpoint, "model.safetensors"), [.. tensors.Values.Select(tensor => tensor.Info)]);
        foreach (var (name, (_, values)) in tensors)
        {
            writer.Write(name, values);
        }

        writer.Finish();
    }

    // Rows of different lengths; the values of tokens that are not padding.
    private static float[] Run(string graph)
    {
        using var session = new OnnxSession(graph, Accelerator.Cpu, threads: 1);
        var (ids, mask, markers) = (new int[Rows * Length], new int[Rows * Length], new long[3 * Rows]);
        for (var row = 0; row < Rows; row++)
        {
            var used = Length - (3 * row);
            for (var i = 0; i < used; i++)
            {
                (ids[(row * Length) + i], mask[(row * Length) + i]) = (2 + (((row * 31) + (i * 17)) % 23), 1);
            }

            (markers[3 * row], markers[(3 * row) + 1], markers[(3 * row) + 2]) = (1, used / 2, used - 2);
        }

        using var inputs = new InputSet(session, [Rows, Length]);
        inputs.Add("input_ids", ids);
        inputs.Add("attention_mask", mask);
        inputs.Add("token_type_ids", new int[ids.Length]);
        inputs.Add("markers", markers, [Rows, 3]);
        var output = session.Gives("logits") ? "logits" : EncoderGraph.States;
        using var outputs = inputs.Run(output);
        var values = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        var width = values.Length / Rows;
        return output == "logits" ? values : [.. Enumerable.Range(0, values.Length).Where(i => mask[(i / width * Length) + (i % width / (width / Length))] == 1).Select(i => values[i])];
    }
}
