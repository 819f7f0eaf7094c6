using LLMBlender.Inference.Models;
using LLMBlender.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.Encoder;

/// <summary>An imported encoder: token ids in, last hidden states out. Safe for concurrent use.</summary>
public sealed class EncoderModel : IDisposable
{
    private static readonly string[] InputNames = ["input_ids", "attention_mask"];
    private static readonly string[] OutputNames = ["last_hidden_state"];

    private readonly OnnxSession session;

    private EncoderModel(ModelManifest manifest, OnnxSession session) => (Manifest, this.session) = (manifest, session);

    /// <summary>What the model's folder says of it.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a sound encoder.</exception>
    public static EncoderModel Load(string folder, Accelerator accelerator)
    {
        var model = ModelFolder.Open(folder, ModelKind.Encoder);
        return new EncoderModel(model.Manifest, new OnnxSession(model.Graph, accelerator, Environment.ProcessorCount));
    }

    /// <summary>The last layer's hidden states of a batch.</summary>
    /// <param name="ids">Token ids, [batch, length], row-major.</param>
    /// <param name="mask">1 where a token counts and 0 where it is padding, of the same shape.</param>
    /// <param name="length">Tokens of a row.</param>
    /// <returns>[batch, length, hidden], row-major; rows that the mask hides mean nothing.</returns>
    /// <exception cref="ArgumentException">The shapes don't fit each other.</exception>
    public float[] Encode(int[] ids, int[] mask, int length)
    {
        if (length < 1 || ids.Length % length != 0 || ids.Length != mask.Length)
        {
            throw new ArgumentException(
                $"{ids.Length} ids and {mask.Length} mask values don't make rows of {length}: both must be a multiple of it", nameof(ids));
        }

        long[] shape = [ids.Length / length, length];
        using var idsValue = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var maskValue = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using var outputs = session.Run(InputNames, [idsValue, maskValue], OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();
}
