using System.Text;
using LLMBlender.Inference.Tokenization.AddedTokens;
using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Files;
using LLMBlender.Inference.Tokenization.PreTokenization;

namespace LLMBlender.Inference.Tokenization;

/// <summary>
/// Encodes and decodes text for Unigram SentencePiece, WordPiece and byte-level BPE checkpoints, id-exact with the checkpoint's own fast tokenizer
/// (Hugging Face's Rust <c>tokenizers</c>).
/// </summary>
/// <remarks>Thread-safe once loaded. A lone surrogate in a text counts as U+FFFD. Encoding time is linear in the text's length.</remarks>
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
        UnkId = model.Vocabulary.UnknownId != ByteTrie.None
            ? model.Vocabulary.UnknownId
            : IdOf(model.SpecialTokens.Unk) ?? throw new ModelException(
                model.Files[0], $"the vocabulary has no \"{model.SpecialTokens.Unk}\", which stands for unknown text");
        PadId = IdOf(model.SpecialTokens.Pad);
        ClsId = IdOf(model.SpecialTokens.Cls);
        SepId = IdOf(model.SpecialTokens.Sep);
        BosId = IdOf(model.SpecialTokens.Bos);
        EosId = IdOf(model.SpecialTokens.Eos);
        MaskId = IdOf(model.SpecialTokens.Mask);
    }

    /// <summary>The number of ids, including added tokens: the rows that a model's embedding needs.</summary>
    public int Count { get; }

    /// <summary>The id for text that no piece matches; of a byte-level BPE that has no such piece, of its unknown token.</summary>
    public int UnkId { get; }

    /// <summary>The padding id; null if the checkpoint specifies none.</summary>
    public int? PadId { get; }

    /// <summary>The id at the start of a text for a classifier; null if the checkpoint specifies none.</summary>
    public int? ClsId { get; }

    /// <summary>The id between segments; null if the checkpoint specifies none.</summary>
    public int? SepId { get; }

    /// <summary>The id at the start of a text; null if the checkpoint specifies none.</summary>
    public int? BosId { get; }

    /// <summary>The id at the end of a text; null if the checkpoint specifies none.</summary>
    public int? EosId { get; }

    /// <summary>The id of a masked piece; null if the checkpoint specifies none.</summary>
    public int? MaskId { get; }

    /// <summary>Whether it is a byte-level BPE, which encodes a word differently after a space.</summary>
    public bool IsByteLevel => model.PreTokenizers.Any(step => step is ByteLettersPreTokenizer);

    /// <summary>The added tokens by ascending id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => model.AddedTokens;

    /// <summary>The paths of the loaded files.</summary>
    public IReadOnlyList<string> Files => model.Files;

    /// <summary>
    /// Loads tokenizer.json if the folder contains it, otherwise spm.model, spiece.model, vocab.json with merges.txt, or vocab.txt, as
    /// Hugging Face's converters do, together with added_tokens.json, special_tokens_map.json and tokenizer_config.json if they exist.
    /// </summary>
    /// <exception cref="ModelException">The folder contains no tokenizer, or an unusable one.</exception>
    public static Tokenizer Load(string folder) => new(TokenizerFiles.Read(folder));

    /// <summary>The ids of a text; see <see cref="Encode(ReadOnlySpan{char}, List{int}, bool)"/>.</summary>
    public int[] Encode(string text, bool addSpecialTokens = true)
    {
        List<int> ids = [];
        Encode(text, ids, addSpecialTokens);
        return [.. ids];
    }

    /// <summary>
    /// Appends the ids of a text to <paramref name="ids"/>. Allocates nothing after warm-up if the list has enough capacity.
    /// </summary>
    /// <param name="text">Any text; literal added tokens in it become their ids.</param>
    /// <param name="ids">Receives the ids after its existing items.</param>
    /// <param name="addSpecialTokens">Whether to add the checkpoint's template (such as [CLS] … [SEP]).</param>
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

    /// <summary>The ids of a text, including special tokens, truncated as the checkpoint's own tokenizer does.</summary>
    /// <param name="text">Any text; literal added tokens in it become their ids.</param>
    /// <param name="maxLength">The maximum number of tokens; the text is truncated at its end.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for text besides the special tokens.</exception>
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
    /// The ids of one text or two, including special tokens, truncated to a length. Texts are data: literal special tokens are removed.
    /// </summary>
    /// <param name="first">The first text.</param>
    /// <param name="second">The second text; null for one.</param>
    /// <param name="maxLength">
    /// The maximum number of tokens, including special tokens; of two texts the longer is truncated first, each at its end.
    /// </param>
    /// <param name="firstLimit">
    /// The number of tokens that a first text keeps where both texts are too long; the first text then keeps its end, where a
    /// conversation has its last question. Null: the longer text is truncated first.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for text besides the special tokens.</exception>
    public TokenRow EncodeRow(string first, string? second, int maxLength, int? firstLimit = null)
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
        int space = Room(maxLength, around);
        (int left, int right) = firstLimit is { } limit ? TokenRow.CutToLimit(a.Length, b.Length, space, limit) : TokenRow.Cut(a.Length, b.Length, space);
        int from = firstLimit is null ? 0 : a.Length - left;
        int[] ids = [.. template.PairPrefix, .. a.AsSpan(from, left), .. template.Between, .. b.AsSpan(0, right), .. template.PairSuffix];
        int[] types = new int[ids.Length];
        types.AsSpan(ids.Length - right - template.PairSuffix.Length).Fill(template.SecondType);
        return new TokenRow(ids, types);
    }

    /// <summary>Decodes ids, with the checkpoint's clean-up of spaces before punctuation.</summary>
    /// <param name="ids">The ids; unknown ones are ignored, as in the reference.</param>
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

    /// <summary>The id of an added token or piece with exactly this text; null if there is none.</summary>
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
    /// Returns this tokenizer with ordinary added tokens (normalised, not special) at the next free ids, in order; existing tokens are
    /// unchanged.
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
