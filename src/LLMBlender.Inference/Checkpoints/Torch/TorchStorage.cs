namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>The elements of the archive's entry <c>data/Key</c>, which several tensors can share.</summary>
internal sealed record TorchStorage(TensorType Type, string Key, long Count);
