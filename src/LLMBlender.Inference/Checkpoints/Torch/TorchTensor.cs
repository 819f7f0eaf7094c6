namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>A view of a storage; offset and strides count elements. As the pickle says it, not yet checked.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);
