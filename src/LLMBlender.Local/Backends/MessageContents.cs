using System.Text.Json;
using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Backends;

/// <summary>Reads the contents of a message in the format of OpenAI's chat completions, for clients of other formats.</summary>
internal static class MessageContents
{
    private const string AnyImage = "image/*";

    /// <summary>Returns the texts and images of a message; an image is never downloaded.</summary>
    public static IEnumerable<AIContent> Read(JsonElement message)
    {
        var content = message.Field("content");
        return content is { ValueKind: JsonValueKind.Array } ? content.Entries().Select(ReadPart).OfType<AIContent>() : [new TextContent(content.Text())];
    }

    /// <summary>Returns the reasoning of an assistant's message; null for none.</summary>
    public static string? Reasoning(JsonElement? message) =>
        message.Field("reasoning_content").Text() is { Length: > 0 } content ? content
        : message.Field("reasoning").Text() is { Length: > 0 } reasoning ? reasoning
        : null;

    private static AIContent? ReadPart(JsonElement part)
    {
        if (part.Field("text").Text() is { } text)
        {
            return new TextContent(text);
        }

        var image = part.Field("image_url");
        var url = image.Field("url").Text() ?? image.Text();
        if (url is null)
        {
            return null;
        }

        if (url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return IsData(url) ? new DataContent(url) : null;
        }

        return Uri.TryCreate(url, UriKind.Absolute, out var address) ? new UriContent(address, AnyImage) : null;
    }

    private static bool IsData(string url)
    {
        try
        {
            return new DataContent(url).MediaType.Length > 0;
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException or FormatException)
        {
            return false;
        }
    }
}
