using System.Globalization;

namespace LLMBlender.Inference.Sessions;

/// <summary>The options of ONNX Runtime's CUDA provider. A test looks for their names in the provider's file.</summary>
internal static class CudaOptions
{
    /// <summary>The options of a device.</summary>
    /// <param name="device">Its number.</param>
    /// <param name="memoryBytes">The most memory of the device that a session's arena takes; null for no limit.</param>
    /// <param name="isHalf">Whether the model's weights are half.</param>
    public static Dictionary<string, string> Of(int device, long? memoryBytes = null, bool isHalf = false)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["device_id"] = device.ToString(CultureInfo.InvariantCulture),

            // Doubling the arena would take up to twice what the largest batch needs.
            ["arena_extend_strategy"] = "kSameAsRequested",

            // With it, factors in single are cut to half's digits, and logits at fp32 would not be the processor's. At fp16 the factors of
            // scores come from halves and lose nothing.
            ["use_tf32"] = isHalf ? "1" : "0",
        };
        if (memoryBytes is { } bytes)
        {
            options["gpu_mem_limit"] = bytes.ToString(CultureInfo.InvariantCulture);
        }

        return options;
    }
}
