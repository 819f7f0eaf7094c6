using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// Streams the text of a growing list of ids. Text after the last space is held back: the clean-up of spaces before punctuation can still
/// change it, and always starts at a space.
/// </summary>
internal sealed class TextStream(Tokenizer tokenizer)
{
    private int decoded;
    private int given;

    /// <summary>The text that has become final since the last call; often empty.</summary>
    /// <param name="ids">All ids so far; earlier ids must not change.</param>
    public string Append(IReadOnlyList<int> ids)
    {
        if (ids.Count == decoded)
        {
            return "";
        }

        decoded = ids.Count;
        var text = tokenizer.Decode([.. ids], skipSpecialTokens: true);
        return Give(text, text.LastIndexOf(' '));
    }

    /// <summary>The remaining text.</summary>
    /// <param name="ids">All ids.</param>
    public string Finish(ReadOnlySpan<int> ids)
    {
        var text = tokenizer.Decode(ids, skipSpecialTokens: true);
        return Give(text, text.Length);
    }

    private string Give(string text, int end)
    {
        if (end <= given)
        {
            return "";
        }

        var piece = text[given..end];
        given = end;
        return piece;
    }
}
