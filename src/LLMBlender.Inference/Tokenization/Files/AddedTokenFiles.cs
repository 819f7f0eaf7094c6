using LLMBlender.Inference.Tokenization.AddedTokens;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>
/// The added tokens of a bare vocabulary file, without tokenizer.json, with the ids and flags that Hugging Face gives them.
/// </summary>
internal static class AddedTokenFiles
{
    /// <param name="file">The vocabulary file, for errors.</param>
    /// <param name="reserved">Pieces that it calls tokens of their own.</param>
    /// <param name="vocabulary">Its pieces, with whatever the conversion adds to them.</param>
    /// <param name="config">The files beside it.</param>
    /// <param name="roles">The tokens that play a role.</param>
    /// <param name="extraIds">Further special tokens.</param>
    /// <exception cref="ModelException">The files beside it give a token another id than it gets.</exception>
    public static AddedTokenList Collect(
        string file,
        IEnumerable<AddedToken> reserved,
        Vocabulary vocabulary,
        TokenizerConfig config,
        SpecialTokens roles,
        IEnumerable<string> extraIds)
    {
        var added = new AddedTokenList(vocabulary);
        foreach (AddedToken token in reserved)
        {
            added.Add(token);
        }

        List<AddedToken>? decoder = config.AddedTokensDecoder();
        string[] others = [.. extraIds, .. config.AdditionalSpecialTokens()];
        AddAtTheirIds(file, added, decoder ?? FromAddedTokensFile(config, roles, others));
        foreach ((string role, string content) in roles.All.Where(r => decoder is null || !added.IsAdded(r.Content)))
        {
            added.Add(RoleToken(role, content, config));
        }

        foreach (string content in others.Where(content => !added.IsAdded(content)))
        {
            added.Add(new AddedToken(0, content) { Special = true, Normalized = false });
        }

        return added;
    }

    private static List<AddedToken> FromAddedTokensFile(TokenizerConfig config, SpecialTokens roles, string[] others)
    {
        HashSet<string> special = [.. roles.All.Select(role => role.Content), .. others];
        return [.. config.AddedTokens().Select(token => new AddedToken(token.Id, token.Content)
        {
            Special = special.Contains(token.Content),
            Normalized = !special.Contains(token.Content),
        })];
    }

    private static void AddAtTheirIds(string file, AddedTokenList added, List<AddedToken> tokens)
    {
        foreach (AddedToken token in tokens)
        {
            int id = added.Add(token);
            if (id != token.Id)
            {
                throw new ModelException(
                    file, $"{token.Content} has the id {token.Id} in the files beside it: here it gets {id}");
            }
        }
    }

    // Of plain texts, only DeBERTa's own [UNK] is looked for in the normalised text.
    private static AddedToken RoleToken(string role, string content, TokenizerConfig config) =>
        config.RoleToken(role) ?? new AddedToken(0, content)
        {
            Special = true,
            Normalized = role == "unk_token" && content == "[UNK]",
        };
}
