namespace LLMBlender.Inference.Tokenization;

/// <summary>The tokens and token types of an encoder's input row.</summary>
/// <param name="Ids">Token ids, special tokens included.</param>
/// <param name="Types">Token types: 0, and for a second text the type given by its checkpoint.</param>
public sealed record TokenRow(int[] Ids, int[] Types)
{
    /// <summary>
    /// The number of tokens kept of two texts, as in <c>longest_first</c> of Hugging Face's Rust <c>tokenizers</c>: the longer one is
    /// truncated until both are equal, then both are; an odd token stays with the longer, otherwise with the second.
    /// </summary>
    public static (int First, int Second) Cut(int first, int second, int room)
    {
        if (first + second <= room)
        {
            return (first, second);
        }

        int shorter = Math.Min(first, second);
        int longer = shorter > room ? shorter : Math.Max(shorter, room - shorter);
        if (shorter + longer > room)
        {
            shorter = room / 2;
            longer = shorter + (room % 2);
        }

        return first > second ? (longer, shorter) : (shorter, longer);
    }

    /// <summary>
    /// The number of tokens kept of two texts when the first has a limit: where both do not fit, the first is truncated to the limit, or
    /// to what the second leaves if that is more, and the second to the rest.
    /// </summary>
    public static (int First, int Second) CutToLimit(int first, int second, int room, int firstLimit)
    {
        int kept = Math.Min(first, Math.Min(room, Math.Max(firstLimit, room - second)));
        return (kept, Math.Min(second, room - kept));
    }
}
