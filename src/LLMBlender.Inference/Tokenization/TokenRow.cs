namespace LLMBlender.Inference.Tokenization;

/// <summary>A row as an encoder reads it.</summary>
/// <param name="Ids">Token ids, special tokens included.</param>
/// <param name="Types">Token types: 0, and for a second text what its checkpoint gives it.</param>
public sealed record TokenRow(int[] Ids, int[] Types)
{
    /// <summary>
    /// How many tokens of two texts stay, as <c>longest_first</c> of Hugging Face's Rust <c>tokenizers</c> has it: the longer
    /// one gives up tokens until both are equal, then both do; an odd one stays with the longer, else the second.
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
}
