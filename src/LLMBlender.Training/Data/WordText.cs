namespace LLMBlender.Training.Data;

/// <summary>A text as its whitespace-separated words, with the places where damage shows.</summary>
/// <param name="Words">The words in order.</param>
/// <param name="Seams">
/// One flag a word: the word does not follow the one before it in the undamaged text. One more flag stands for the text's end.
/// </param>
internal sealed record WordText(string[] Words, bool[] Seams)
{
    /// <summary>An undamaged text: no seam anywhere.</summary>
    public static WordText Of(string text) => Of(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public static WordText Of(string[] words) => new(words, new bool[words.Length + 1]);

    /// <summary>The words with single spaces between them.</summary>
    public override string ToString() => string.Join(' ', Words);
}
