using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.Sessions;

/// <summary>
/// Memory of the machine that a device reads and writes: for a CUDA device pages that stay in place, which it copies without the processor's
/// help; for the processor memory at the start of a cache line.
/// </summary>
internal abstract class HostMemory : IDisposable
{
    private const int CacheLine = 64;

    /// <summary>The number of bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>The address.</summary>
    public required nint Pointer { get; init; }

    /// <summary>The kind of memory, as ONNX Runtime names it.</summary>
    public required OrtMemoryInfo Info { get; init; }

    /// <summary>Allocates memory for the processor.</summary>
    public static unsafe HostMemory OfProcessor(long bytes) => new Aligned
    {
        Bytes = bytes,
        Pointer = (nint)NativeMemory.AlignedAlloc((nuint)bytes, CacheLine),
        Info = OrtMemoryInfo.DefaultInstance,
    };

    /// <summary>Allocates memory with a session's allocator, which outlives it.</summary>
    public static HostMemory OfAllocator(OrtAllocator allocator, long bytes)
    {
        var allocation = allocator.Allocate(checked((uint)bytes));
        return new Allocated(allocation) { Bytes = bytes, Pointer = allocation.DangerousGetHandle(), Info = allocation.Info };
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    private sealed class Aligned : HostMemory
    {
        public override unsafe void Dispose() => NativeMemory.AlignedFree((void*)Pointer);
    }

    private sealed class Allocated(OrtMemoryAllocation allocation) : HostMemory
    {
        public override void Dispose() => allocation.Dispose();
    }
}
