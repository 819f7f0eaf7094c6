using System.Text;
using LLMBlender.Inference.Tokenization.AddedTokens;
using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Files;
using LLMBlender.Inference.Tokenization.PreTokenization;

namespace LLMBlender.Inference.Tokenization;

/// <summary>
/// Text to ids and back for Unigram SentencePiece, WordPiece and byte-level BPE checkpoints, id-exact with the checkpoint's own fast tokenizer
/// (Hugging Face's Rust <c>tokenizers</c>).
/// </summary>
/// <remarks>
/// Thread-safe once loaded. A lone surrogate in a text counts as U+FFFD. Encoding time is linear in the text's length.
/// </remarks>
public sealed class Tokenizer
{
    private readonly TokenizerModel model;
    private readonly Pipeline pipeline;
    private readonly Dictionary<int, AddedToken> added;
    private readonly Dictionary<string, int> addedIds;

    private Tokenizer(TokenizerModel model)
    {
        this.model = model;
        pipeline = new Pipeline(model);
        added = model.AddedTokens.ToDictionary(token => token.Id);
        addedIds = model.AddedTokens.ToDictionary(token => token.Content, token => token.Id, StringComparer.Ordinal);
        Count = Math.Max(model.Vocabulary.Count, model.AddedTokens.Count == 0 ? 0 : model.AddedTokens[^1].Id + 1);
        UnkId = model.Vocabulary.UnknownId;
        PadId = IdOf(model.SpecialTokens.Pad);
        ClsId = IdOf(model.SpecialTokens.Cls);
        SepId = IdOf(model.SpecialTokens.Sep);
        BosId = IdOf(model.SpecialTokens.Bos);
        EosId = IdOf(model.SpecialTokens.Eos);
        MaskId = IdOf(model.SpecialTokens.Mask);
    }

    /// <summary>How many ids there are, added tokens included: the rows that a model's embedding needs.</summary>
    public int Count { get; }

    /// <summary>The id that stands for text which no piece covers.</summary>
    public int UnkId { get; }

    /// <summary>The id that fills up a batch's rows, null where the checkpoint names none.</summary>
    public int? PadId { get; }

    /// <summary>The id that begins a text for a classifier, null where the checkpoint names none.</summary>
    public int? ClsId { get; }

    /// <summary>The id between segments, null where the checkpoint names none.</summary>
    public int? SepId { get; }

    /// <summary>The id that begins a text, null where the checkpoint names none.</summary>
    public int? BosId { get; }

    /// <summary>The id that ends a text, null where the checkpoint names none.</summary>
    public int? EosId { get; }

    /// <summary>The id of a masked piece, null where the checkpoint names none.</summary>
    public int? MaskId { get; }

    /// <summary>Whether it is a byte-level BPE, to which a word with a space before it is another than one without.</summary>
    public bool IsByteLevel => model.PreTokenizers.Any(step => step is ByteLettersPreTokenizer);

    /// <summary>The added tokens by ascending id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => model.AddedTokens;

    /// <summary>Paths of the files that it was loaded from.</summary>
    public IReadOnlyList<string> Files => model.Files;

    /// <summary>
    /// Loads tokenizer.json where the folder has it, else spm.model, spiece.model, vocab.json with merges.txt, or vocab.txt, as
    /// Hugging Face's converters do, with added_tokens.json, special_tokens_map.json and tokenizer_config.json where they are there.
    /// </summary>
    /// <exception cref="ModelException">No tokenizer lies there, or one that can't be used as it is.</exception>
    public static Tokenizer Load(string folder) => new(TokenizerFiles.Read(folder));

    /// <summary>The ids of a text; see <see cref="Encode(ReadOnlySpan{char}, List{int}, bool)"/>.</summary>
    public int[] Encode(string text, bool addSpecialTokens = true)
    {
        List<int> ids = [];
        Encode(text, ids, addSpecialTokens);
        return [.. ids];
    }

    /// <summary>
    /// Appends the ids of a text to <paramref name="ids"/>. Allocates nothing once warm and with room in the list.
    /// </summary>
    /// <param name="text">Any text; added tokens written out in it become their ids.</param>
    /// <param name="ids">Where they go, after what is there.</param>
    /// <param name="addSpecialTokens">Whether the checkpoint's template (as [CLS] … [SEP]) goes around it.</param>
    public void Encode(ReadOnlySpan<char> text, List<int> ids, bool addSpecialTokens)
    {
        if (addSpecialTokens)
        {
            ids.AddRange(model.Template.Prefix);
        }

        pipeline.Encode(text, ids);
        if (addSpecialTokens)
        {
            ids.AddRange(model.Template.Suffix);
        }
    }

    /// <summary>The ids of a text as the checkpoint's own tokenizer cuts them, special tokens included.</summary>
    /// <param name="text">Any text; added tokens written out in it become their ids.</param>
    /// <param name="maxLength">Tokens at most; the text is cut at its end.</param>
    /// <exception cref="ArgumentOutOfRangeException">No text would fit beside the special tokens.</exception>
    public int[] EncodeTruncated(string text, int maxLength)
    {
        Template template = model.Template;
        int[] ids = Encode(text, addSpecialTokens: false);
        int room = Room(maxLength, template.Prefix.Length + template.Suffix.Length);
        return [.. template.Prefix, .. ids.AsSpan(0, Math.Min(ids.Length, room)), .. template.Suffix];
    }

    /// <summary>The positions of a text's own tokens in the row of one text.</summary>
    internal IEnumerable<int> BodyOf(TokenRow row) =>
        Enumerable.Range(model.Template.Prefix.Length, row.Ids.Length - model.Template.Prefix.Length - model.Template.Suffix.Length);

    /// <summary>
    /// The ids of one text or of two, with the special tokens around them, cut to a length. Texts are data here: a special
    /// token that one spells is left out.
    /// </summary>
    /// <param name="first">The first text.</param>
    /// <param name="second">The second text; null for one.</param>
    /// <param name="maxLength">Tokens at most, special tokens included; of two texts the longer is cut first, each at its end.</param>
    /// <exception cref="ArgumentOutOfRangeException">No text would fit beside the special tokens.</exception>
    public TokenRow EncodeRow(string first, string? second, int maxLength)
    {
        Template template = model.Template;
        int[] a = Plain(first);
        if (second is null)
        {
            int room = Room(maxLength, template.Prefix.Length + template.Suffix.Length);
            int[] single = [.. template.Prefix, .. a.AsSpan(0, Math.Min(a.Length, room)), .. template.Suffix];
            return new TokenRow(single, new int[single.Length]);
        }

        int[] b = Plain(second);
        int around = template.PairPrefix.Length + template.Between.Length + template.PairSuffix.Length;
        (int left, int right) = TokenRow.Cut(a.Length, b.Length, Room(maxLength, around));
        int[] ids = [.. template.PairPrefix, .. a.AsSpan(0, left), .. template.Between, .. b.AsSpan(0, right), .. template.PairSuffix];
        int[] types = new int[ids.Length];
        types.AsSpan(ids.Length - right - template.PairSuffix.Length).Fill(template.SecondType);
        return new TokenRow(ids, types);
    }

    /// <summary>The text of ids, with the checkpoint's clean-up of spaces before punctuation.</summary>
    /// <param name="ids">Ids; one that the tokenizer doesn't know is left out, as in the reference.</param>
    /// <param name="skipSpecialTokens">Whether special added tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        List<string> tokens = [];
        foreach (int id in ids)
        {
            if (added.TryGetValue(id, out AddedToken? token))
            {
                if (!(skipSpecialTokens && token.Special))
                {
                    tokens.Add(token.Content);
                }
            }
            else if ((uint)id < (uint)model.Vocabulary.Count)
            {
                tokens.Add(Encoding.UTF8.GetString(model.Vocabulary.Piece(id)));
            }
        }

        return model.Detokenizer.Join(tokens);
    }

    /// <summary>The id of an added token or a piece of exactly this text, null where there is none.</summary>
    public int? Find(string token)
    {
        if (addedIds.TryGetValue(token, out int added))
        {
            return added;
        }

        int id = model.Vocabulary.Trie.Find(Encoding.UTF8.GetBytes(token));
        return id == ByteTrie.None ? null : id;
    }

    /// <summary>
    /// This tokenizer with ordinary added tokens (normalised, not special) at the next free ids, in order; a token that
    /// is already there stays as it is.
    /// </summary>
    /// <exception cref="ArgumentException">A token is empty.</exception>
    public Tokenizer WithAddedTokens(IEnumerable<string> contents)
    {
        var added = new AddedTokenList(model.Vocabulary);
        foreach (AddedToken token in model.AddedTokens)
        {
            added.Add(token);
        }

        foreach (string content in contents)
        {
            ArgumentException.ThrowIfNullOrEmpty(content, nameof(contents));
            if (!added.IsAdded(content))
            {
                added.Add(new AddedToken(0, content));
            }
        }

        return new Tokenizer(model with { AddedTokens = added.ById });
    }

    private int[] Plain(string text) =>
        [.. Encode(text, addSpecialTokens: false).Where(id => id == UnkId || !(added.TryGetValue(id, out AddedToken? token) && token.Special))];

    private static int Room(int maxLength, int special) => maxLength > special
        ? maxLength - special
        : throw new ArgumentOutOfRangeException(nameof(maxLength), maxLength, $"must be above {special}, the special tokens of a row");

    private int? IdOf(string? token) => token is null ? null : Find(token);
}
