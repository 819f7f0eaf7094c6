using LLMBlender.Inference.Checkpoints;

namespace LLMBlender.Inference.Models;

/// <summary>Checkpoints with their tensors named as today's transformers names them.</summary>
internal static class PublishedNames
{
    private const string BartPrefix = "model.";

    /// <summary>BERTs converted from TensorFlow call a norm's scale and shift gamma and beta.</summary>
    public static Checkpoint OfEncoder(Checkpoint checkpoint) => RenamedCheckpoint.Of(checkpoint, static name =>
        Replaced(name, ".gamma", ".weight") ?? Replaced(name, ".beta", ".bias") ?? name);

    /// <summary>What <c>BartModel</c> saves lacks the prefix that <c>BartForConditionalGeneration</c> puts before it.</summary>
    public static Checkpoint OfBart(Checkpoint checkpoint) =>
        checkpoint.Tensors.Keys.Any(name => name.StartsWith(BartPrefix, StringComparison.Ordinal))
            ? checkpoint
            : RenamedCheckpoint.Of(checkpoint, static name =>
                name.StartsWith("shared.", StringComparison.Ordinal)
                || name.StartsWith("encoder.", StringComparison.Ordinal)
                || name.StartsWith("decoder.", StringComparison.Ordinal)
                    ? BartPrefix + name
                    : name);

    private static string? Replaced(string name, string old, string renamed) =>
        name.EndsWith("LayerNorm" + old, StringComparison.Ordinal) ? name[..^old.Length] + renamed : null;
}
