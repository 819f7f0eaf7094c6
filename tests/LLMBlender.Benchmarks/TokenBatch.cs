using LLMBlender.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Benchmarks;

/// <summary>A batch of token rows as the graph takes it.</summary>
internal sealed record TokenBatch(int[] Ids, int[] Mask, long[] Markers, int Length)
{
    private static readonly string[] Inputs = ["input_ids", "attention_mask", "markers"];
    private static readonly string[] Outputs = ["logits"];

    public int Count => Ids.Length / Length;

    /// <summary>Rows of random tokens, all of one length, with the three markers in place.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="length">Tokens of a row.</param>
    /// <param name="ordinary">Ids below this one are ordinary tokens.</param>
    /// <param name="marker">Id of the source's marker; the candidates' follow it.</param>
    public static TokenBatch Random(int count, int length, int ordinary, int marker)
    {
        var random = new Random(count * 31 + length);
        var ids = Enumerable.Range(0, count * length).Select(_ => random.Next(4, ordinary)).ToArray();
        var markers = new long[3 * count];
        for (var i = 0; i < markers.Length; i++)
        {
            markers[i] = 1 + i % 3 * (length / 3);
            ids[i / 3 * length + markers[i]] = marker + i % 3;
        }

        return new TokenBatch(ids, [.. Enumerable.Repeat(1, ids.Length)], markers, length);
    }

    /// <summary>A run on memory that is bound and reused.</summary>
    public void Run(BoundRun run)
    {
        run.Begin(Count, Length);
        Ids.CopyTo(run.Input<int>("input_ids"));
        Mask.CopyTo(run.Input<int>("attention_mask"));
        Markers.CopyTo(run.Input<long>("markers"));
        run.Run();
    }

    /// <summary>ONNX Runtime alone: tensors over the arrays, one run, the logits.</summary>
    public float[] Run(OnnxSession session)
    {
        using var ids = OrtValue.CreateTensorValueFromMemory(Ids, [Count, Length]);
        using var mask = OrtValue.CreateTensorValueFromMemory(Mask, [Count, Length]);
        using var markers = OrtValue.CreateTensorValueFromMemory(Markers, [Count, 3]);
        using var outputs = session.Run(Inputs, [ids, mask, markers], Outputs);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
