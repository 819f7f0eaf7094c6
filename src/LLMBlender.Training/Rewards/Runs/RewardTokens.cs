using LLMBlender.Inference;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Training.Rewards.Runs;

/// <summary>What a reward model needs of a tokenizer folder: the control tokens' ids and a way to encode words.</summary>
internal sealed class RewardTokens
{
    private readonly Tokenizer tokenizer;
    private readonly HashSet<int> controls;

    private RewardTokens(Tokenizer tokenizer, string folder)
    {
        this.tokenizer = tokenizer;
        ClsId = Control(tokenizer.ClsId, "cls", folder);
        SepId = Control(tokenizer.SepId, "sep", folder);
        controls = [ClsId, SepId, tokenizer.PadId ?? ClsId, tokenizer.MaskId ?? ClsId];
    }

    public int ClsId { get; }

    public int SepId { get; }

    /// <summary>Loads a tokenizer folder.</summary>
    /// <exception cref="ModelException">It can't be loaded or lacks a token.</exception>
    public static RewardTokens Load(string folder) => new(Tokenizer.Load(folder), folder);

    /// <summary>Ids of one word; a control token written out in a text is data and becomes the unknown token.</summary>
    public int[] Encode(string word)
    {
        int[] ids = tokenizer.Encode(word, addSpecialTokens: false);
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = controls.Contains(ids[i]) ? tokenizer.UnkId : ids[i];
        }

        return ids;
    }

    /// <summary>
    /// A row as inference lays it out: [CLS] source [SEP] answer [SEP]. Where both don't fit, the source keeps its last
    /// <paramref name="sourceLimit"/> tokens, or without that limit the longer text is cut first.
    /// </summary>
    public TokenRow Row(int[] source, int[] answer, int maxLength, int? sourceLimit)
    {
        const int controlTokens = 3;
        int room = maxLength - controlTokens;
        var (left, right) = sourceLimit is { } limit
            ? TokenRow.CutToLimit(source.Length, answer.Length, room, limit)
            : TokenRow.Cut(source.Length, answer.Length, room);
        int from = sourceLimit is null ? 0 : source.Length - left;
        int[] ids = [ClsId, .. source.AsSpan(from, left), SepId, .. answer.AsSpan(0, right), SepId];
        int[] types = new int[ids.Length];
        types.AsSpan(left + 2).Fill(1);
        return new TokenRow(ids, types);
    }

    private static int Control(int? id, string name, string folder) =>
        id ?? throw new ModelException(folder, $"names no {name} token, which a reward model needs");
}
