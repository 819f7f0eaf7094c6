using System.Text.Json;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>
/// Reads the JSON inside checkpoints: no duplicate keys, limited depth, and every error is a <see cref="ModelException"/>.
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

    /// <summary>Runs an action and converts invalid JSON or invalid Unicode to a <see cref="ModelException"/>.</summary>
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
