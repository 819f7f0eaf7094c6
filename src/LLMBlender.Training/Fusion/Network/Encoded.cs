using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>Encoded sources as the decoder reads them.</summary>
/// <param name="States">[B, S, model]</param>
/// <param name="Padding">What hides the padding; null where there is none.</param>
/// <param name="Memories">Keys and values of the states, one pair a decoder layer.</param>
internal sealed record Encoded(Tensor States, Tensor? Padding, IReadOnlyList<(Tensor Key, Tensor Value)> Memories);
