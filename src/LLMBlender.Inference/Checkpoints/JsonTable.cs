using System.Text.Json;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>
/// The JSON inside checkpoints: no key twice, little depth, and every fault a <see cref="ModelException"/>.
/// </summary>
internal static class JsonTable
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    public static JsonDocument Parse(string file, string what, ReadOnlyMemory<byte> utf8)
    {
        JsonDocument? document = null;
        Read(file, what, () => document = JsonDocument.Parse(utf8, Strict));
        return document!;
    }

    /// <summary>Does something that may meet text that is not JSON, or JSON text that is not Unicode.</summary>
    public static void Read(string file, string what, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ModelException(file, $"{what} is not well-formed JSON: {e.Message}", e);
        }
    }
}
