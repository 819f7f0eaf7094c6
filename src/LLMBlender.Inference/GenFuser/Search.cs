using LLMBlender.Inference.Models;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// The choice of tokens for one prompt, over one or more rows: receives the logits of each row, and returns the next tokens. Independent of
/// the model.
/// </summary>
internal abstract class Search(GeneratorTokens tokens, int rows)
{
    /// <summary>The number of rows.</summary>
    public int Rows { get; } = rows;

    /// <summary>Whether further steps cannot change the result.</summary>
    public abstract bool IsDone { get; }

    /// <summary>The control tokens.</summary>
    protected GeneratorTokens Tokens { get; } = tokens;

    /// <summary>Creates the search for the given options.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="tokens">The control tokens.</param>
    /// <param name="vocabulary">The number of logits in a row.</param>
    /// <param name="prompt">The index of the prompt in the request: random numbers depend on it, not on its batch.</param>
    public static Search For(GenerationOptions options, GeneratorTokens tokens, int vocabulary, int prompt) =>
        options.Beams > 1 ? new BeamSearch(options, tokens, vocabulary) : new RowSearch(options, tokens, vocabulary, prompt);

    /// <summary>Receives the logits of each row, and returns the next tokens.</summary>
    /// <param name="logits">[rows, vocabulary].</param>
    /// <param name="next">Receives each row's next token, after <paramref name="copies"/>.</param>
    /// <param name="copies">Receives the rows to copy before, in order.</param>
    public abstract void Advance(ReadOnlySpan<float> logits, Span<int> next, List<(int From, int To)> copies);

    /// <summary>The tokens after the start token that no later step can change in the best sequence.</summary>
    public abstract IReadOnlyList<int> Certain { get; }

    /// <summary>The sequences, best first: ids from the start token on, and scores.</summary>
    /// <exception cref="InvalidOperationException">Nothing was generated.</exception>
    public abstract IReadOnlyList<(int[] Ids, double Score)> Finish();
}
