using System.Buffers.Binary;
using System.Text;

namespace LLMBlender.TestKit.Checkpoints;

/// <summary>Safetensors files put together by hand, right or wrong.</summary>
public static class SafetensorsBytes
{
    /// <summary>The length, the header and the data.</summary>
    /// <param name="header">JSON, or not.</param>
    /// <param name="data">What follows the header.</param>
    /// <param name="length">The length that is said, where it is to differ from the header's.</param>
    public static byte[] Of(string header, ReadOnlySpan<byte> data = default, ulong? length = null)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var prefix = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, length ?? (ulong)text.Length);
        return [.. prefix, .. text, .. data];
    }
}
