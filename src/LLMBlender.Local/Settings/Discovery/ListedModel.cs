using System.Globalization;
using System.Text.RegularExpressions;

namespace LLMBlender.Local.Settings.Discovery;

/// <summary>A model in a server's list.</summary>
/// <param name="Id">The server's name for the model.</param>
/// <param name="Created">When it was made or installed, in an order of the server's; null if the list does not say.</param>
/// <param name="Billions">The number of parameters in billions; 0 if unknown.</param>
internal sealed partial record ListedModel(string Id, string? Created, double Billions)
{
    // Parts of names of models that do not chat. Servers list them beside chat models, mostly without saying what they are.
    private static readonly string[] OtherUses =
    [
        "embed", "bge-", "minilm", "gte-", "e5-", "rerank", "whisper", "tts", "transcribe", "audio", "realtime", "speech", "voxtral", "moderation",
        "guard", "dall-e", "image", "imagen", "veo-", "sora", "ocr", "clip-", "diffusion", "flux", "lyria", "aqa", "babbage", "davinci", "live-",
    ];

    /// <summary>The hash of the model's files, which its other names share; null if unknown.</summary>
    public string? Digest { get; init; }

    /// <summary>Whether the name is that of a model that answers chats.</summary>
    public bool Chats => !OtherUses.Any(part => Id.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>The name's first letters without the publisher: <c>llama</c> of <c>meta/llama3.2:3b</c>. Models of one family tend to answer alike.</summary>
    public string Family => FamilyPattern().Match(Id[(Id.LastIndexOf('/') + 1)..].Replace("meta-", "", StringComparison.OrdinalIgnoreCase)).Value.ToUpperInvariant();

    /// <summary>Reads a size such as <c>3.2B</c>, or the one in a name such as <c>qwen3-8b</c>; 0 if there is none.</summary>
    public static double ReadBillions(string? text) =>
        text is not null && SizePattern().Match(text) is { Success: true } match ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("^[A-Za-z]+")]
    private static partial Regex FamilyPattern();

    [GeneratedRegex(@"(?<![\d.])(\d{1,4}(?:\.\d+)?)[bB](?![A-Za-z])")]
    private static partial Regex SizePattern();
}
