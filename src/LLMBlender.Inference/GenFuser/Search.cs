using LLMBlender.Inference.Models;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// The choice of tokens for one prompt, over as many rows as it needs: it hears what may follow each row, and says what
/// does. Pure: it holds no model.
/// </summary>
internal abstract class Search(GeneratorTokens tokens, int rows)
{
    /// <summary>Sequences side by side.</summary>
    public int Rows { get; } = rows;

    /// <summary>Whether nothing that could follow would change the outcome.</summary>
    public abstract bool IsDone { get; }

    /// <summary>The control tokens.</summary>
    protected GeneratorTokens Tokens { get; } = tokens;

    /// <summary>Makes the search that options ask for.</summary>
    /// <param name="options">Checked ones.</param>
    /// <param name="tokens">The control tokens.</param>
    /// <param name="vocabulary">Logits of a row.</param>
    /// <param name="prompt">The prompt's place among those given: draws depend on it, not on its batch.</param>
    public static Search For(GenerationOptions options, GeneratorTokens tokens, int vocabulary, int prompt) =>
        options.Beams > 1 ? new BeamSearch(options, tokens, vocabulary) : new RowSearch(options, tokens, vocabulary, prompt);

    /// <summary>Hears what may follow, and says what does.</summary>
    /// <param name="logits">[rows, vocabulary].</param>
    /// <param name="next">Receives each row's next token, after <paramref name="copies"/>.</param>
    /// <param name="copies">Receives rows that first take over the past of another, in order.</param>
    public abstract void Advance(ReadOnlySpan<float> logits, Span<int> next, List<(int From, int To)> copies);

    /// <summary>The tokens after the start token that no later step can change, for the best sequence.</summary>
    public abstract IReadOnlyList<int> Certain { get; }

    /// <summary>The sequences, best first: ids from the start token on, and scores.</summary>
    /// <exception cref="InvalidOperationException">Nothing was generated.</exception>
    public abstract IReadOnlyList<(int[] Ids, double Score)> Finish();
}
