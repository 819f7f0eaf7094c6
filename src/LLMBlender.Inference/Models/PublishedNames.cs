using LLMBlender.Inference.Checkpoints;

namespace LLMBlender.Inference.Models;

/// <summary>Renames the tensors of checkpoints to the current names in transformers.</summary>
internal static class PublishedNames
{
    private const string BartPrefix = "model.";

    /// <summary>BERT checkpoints converted from TensorFlow name the scale and shift of a norm gamma and beta.</summary>
    public static Checkpoint OfEncoder(Checkpoint checkpoint) => RenamedCheckpoint.Of(checkpoint, static name =>
        Replaced(name, ".gamma", ".weight") ?? Replaced(name, ".beta", ".bias") ?? name);

    /// <summary>Checkpoints saved by <c>BartModel</c> lack the prefix that <c>BartForConditionalGeneration</c> adds.</summary>
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
