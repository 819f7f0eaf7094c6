using LLMBlender.Inference.Onnx.T5;
using LLMBlender.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// The encoder's output for a batch of prompts, right-padded to the longest: the decoder's cross-attention keys and values, computed once
/// and read by every step.
/// </summary>
internal sealed class EncodedPrompts : IDisposable
{
    private static readonly string[] InputNames = ["input_ids", "attention_mask"];

    private readonly IDisposableReadOnlyCollection<OrtValue> values;
    private readonly string[] names;

    private EncodedPrompts(IDisposableReadOnlyCollection<OrtValue> values, string[] names, int count) =>
        (this.values, this.names, Count) = (values, names, count);

    /// <summary>The number of prompts.</summary>
    public int Count { get; }

    /// <summary>The decoder inputs that contain them.</summary>
    public IEnumerable<(string Name, OrtValue Value)> Values => names.Zip(values);

    /// <summary>Runs the encoder.</summary>
    /// <param name="encoder">Its graph.</param>
    /// <param name="decoderLayers">The number of decoder layers.</param>
    /// <param name="prompts">Ids of each prompt, not empty.</param>
    /// <param name="pad">The padding id.</param>
    /// <param name="options">Allows another thread to terminate the run.</param>
    public static EncodedPrompts Of(OnnxSession encoder, int decoderLayers, IReadOnlyList<int[]> prompts, int pad, RunOptions options)
    {
        string[] names =
        [
            T5EncoderGraph.CrossMask,
            .. Enumerable.Range(0, decoderLayers).SelectMany(i => new[] { T5EncoderGraph.CrossKey(i), T5EncoderGraph.CrossValue(i) }),
        ];
        return new EncodedPrompts(Run(encoder, names, prompts, pad, options), names, prompts.Count);
    }

    /// <summary>The encoder's last hidden states, [prompts, longest, hidden]; undefined for padding.</summary>
    public static float[] States(OnnxSession encoder, IReadOnlyList<int[]> prompts, int pad)
    {
        using var options = new RunOptions();
        using var outputs = Run(encoder, [T5EncoderGraph.States], prompts, pad, options);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => values.Dispose();

    private static IDisposableReadOnlyCollection<OrtValue> Run(
        OnnxSession encoder, string[] outputs, IReadOnlyList<int[]> prompts, int pad, RunOptions options)
    {
        var length = prompts.Max(prompt => prompt.Length);
        var ids = new int[prompts.Count * length];
        var mask = new int[ids.Length];
        ids.AsSpan().Fill(pad);
        for (var row = 0; row < prompts.Count; row++)
        {
            prompts[row].CopyTo(ids, row * length);
            mask.AsSpan(row * length, prompts[row].Length).Fill(1);
        }

        long[] shape = [prompts.Count, length];
        using var idsValue = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var maskValue = OrtValue.CreateTensorValueFromMemory(mask, shape);
        return encoder.Run(InputNames, [idsValue, maskValue], outputs, options);
    }
}
