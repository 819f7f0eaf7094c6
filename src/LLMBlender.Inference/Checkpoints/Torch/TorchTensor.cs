namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>A view of a storage; offset and strides are in elements. From the pickle, not validated.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);
