using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// The text of a growing list of ids, piece by piece. What comes after the last space is held back: the clean-up of spaces
/// before punctuation may still change it, and always begins at a space.
/// </summary>
internal sealed class TextStream(Tokenizer tokenizer)
{
    private int decoded;
    private int given;

    /// <summary>What has become certain since the last call; often nothing.</summary>
    /// <param name="ids">All ids so far; those given before are the same.</param>
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

    /// <summary>The rest.</summary>
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
