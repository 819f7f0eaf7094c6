using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.AddedTokens;

/// <summary>Assigns ids to added tokens: the id of the same piece in the vocabulary, or the next free one.</summary>
internal sealed class AddedTokenList(Vocabulary vocabulary)
{
    private readonly Dictionary<string, AddedToken> tokens = new(StringComparer.Ordinal);
    private int next = vocabulary.Count;

    public List<AddedToken> ById => [.. tokens.Values.OrderBy(token => token.Id)];

    /// <summary>Adds a token, or replaces the one with the same text, regardless of its id; returns its id.</summary>
    public int Add(AddedToken token)
    {
        int id = Find(token.Content) ?? next++;
        tokens[token.Content] = token with { Id = id };
        return id;
    }

    public bool IsAdded(string content) => tokens.ContainsKey(content);

    public int? Find(string content)
    {
        if (tokens.TryGetValue(content, out AddedToken? known))
        {
            return known.Id;
        }

        int piece = vocabulary.Trie.Find(Encoding.UTF8.GetBytes(content));
        return piece == ByteTrie.None ? null : piece;
    }
}
