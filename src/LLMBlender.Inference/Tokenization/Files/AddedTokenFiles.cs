using LLMBlender.Inference.Tokenization.AddedTokens;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>
/// Reads added tokens from the files next to a vocabulary or a tokenizer.json, with the ids and flags that Hugging Face assigns.
/// </summary>
internal static class AddedTokenFiles
{
    /// <summary>
    /// Adds tokens of the other files to those of tokenizer.json: tokens of added_tokens_decoder that are missing or have other flags,
    /// without that field those of added_tokens.json that are missing, then special tokens that are still unknown (transformers'
    /// <c>PreTrainedTokenizerFast.__init__</c>).
    /// </summary>
    /// <param name="file">The tokenizer.json, for errors.</param>
    /// <param name="added">Its added tokens; receives the others.</param>
    /// <param name="config">The other files.</param>
    /// <exception cref="ModelException">The files assign another id to a new token.</exception>
    public static void Update(string file, AddedTokenList added, TokenizerConfig config)
    {
        string[] others = [.. config.AdditionalSpecialTokens()];
        SpecialTokens roles = config.SpecialTokens;
        List<AddedToken>? decoder = config.AddedTokensDecoder();
        List<AddedToken> tokens = decoder
            ?? [.. FromAddedTokensFile(config, roles, others).Where(token => !added.IsAdded(token.Content))];
        foreach (AddedToken token in tokens)
        {
            bool isNew = added.Find(token.Content) is null;
            int id = added.Add(token);
            if (isNew && id != token.Id)
            {
                throw new ModelException(
                    file,
                    $"lacks {token.Content}, which has the id {token.Id} in {(decoder is null ? "added_tokens.json" : "tokenizer_config.json")}: here it gets {id}");
            }
        }

        foreach ((string role, string content) in roles.All.Concat(Usual(added, config)).Where(r => !added.IsAdded(r.Content)))
        {
            added.Add(config.RoleToken(role) ?? new AddedToken(0, content)
            {
                Special = true,
                Normalized = false,
                LeftStrip = role == "mask_token" && content == "<mask>",
            });
        }

        foreach (string content in others.Where(content => !added.IsAdded(content)))
        {
            added.Add(new AddedToken(0, content) { Special = true, Normalized = false });
        }
    }

    /// <param name="file">The vocabulary file, for errors.</param>
    /// <param name="reserved">Its control and user-defined pieces.</param>
    /// <param name="vocabulary">Its pieces, including those added by the conversion.</param>
    /// <param name="config">The other files.</param>
    /// <param name="roles">The tokens with a role.</param>
    /// <param name="extraIds">Further special tokens.</param>
    /// <exception cref="ModelException">The other files assign another id to a token.</exception>
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

    // The class's default tokens for roles that no file specifies, if they are pieces.
    private static IEnumerable<(string Role, string Content)> Usual(AddedTokenList added, TokenizerConfig config)
    {
        SpecialTokens? usual = SpecialTokens.OfClass(config.TokenizerClass);
        return usual is null ? [] : config.SpecialTokens.Or(usual).All.Where(role => added.Find(role.Content) is not null);
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

    // Of tokens given as plain text, only DeBERTa's [UNK] matches normalised text.
    private static AddedToken RoleToken(string role, string content, TokenizerConfig config) =>
        config.RoleToken(role) ?? new AddedToken(0, content)
        {
            Special = true,
            Normalized = role == "unk_token" && content == "[UNK]",
        };
}
