namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>A run of elements in the archive's entry <c>data/Key</c>, which several tensors may share.</summary>
internal sealed record TorchStorage(TensorType Type, string Key, long Count);
