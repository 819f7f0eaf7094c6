using LLMBlender.Inference;
using LLMBlender.Inference.Tokenization;
using LLMBlender.Training.Data;

namespace LLMBlender.Training.Runs;

/// <summary>What a ranker needs of a tokenizer folder: the markers' ids and a way to encode words.</summary>
internal sealed class RankerTokens
{
    private readonly Tokenizer tokenizer;
    private readonly int firstAddedId;

    private RankerTokens(Tokenizer tokenizer, PairLayout layout, int candidateId)
    {
        this.tokenizer = tokenizer;
        Layout = layout;
        CandidateId = candidateId;
        firstAddedId = new[] { layout.SourceId, layout.Candidate1Id, layout.Candidate2Id, candidateId, tokenizer.MaskId ?? int.MaxValue }.Min();
    }

    public PairLayout Layout { get; }

    /// <summary>Id of the marker <c>&lt;|candidate|&gt;</c>, which the PairRM-hf layout names and the ranker's input never holds.</summary>
    public int CandidateId { get; }

    public int VocabSize => tokenizer.Count;

    /// <summary>Id of the mask token; -1 where there is none and none is needed.</summary>
    /// <exception cref="ModelException">One is needed, and there is none.</exception>
    public int RequireMask(bool isNeeded, string folder) => tokenizer.MaskId ?? (isNeeded
        ? throw new ModelException(folder, "names no mask token, which a masked language model needs")
        : -1);

    /// <summary>Text of each piece, by id.</summary>
    public IReadOnlyList<string> Texts => [.. Enumerable.Range(0, VocabSize).Select(id => tokenizer.Decode([id]))];

    /// <summary>Loads a tokenizer folder that has the ranker's markers.</summary>
    /// <exception cref="ModelException">It can't be loaded or lacks a token.</exception>
    public static RankerTokens Load(string folder)
    {
        Tokenizer tokenizer = Tokenizer.Load(folder);
        int Marker(string text) => tokenizer.AddedTokens.FirstOrDefault(token => token.Content == text)?.Id
            ?? throw new ModelException(folder, $"has no added token {text}, which a pair ranker needs");
        int Control(int? id, string name) => id ?? throw new ModelException(folder, $"names no {name} token, which a pair ranker needs");
        var layout = new PairLayout(
            Control(tokenizer.ClsId, "cls"), Control(tokenizer.SepId, "sep"),
            Marker("<|source|>"), Marker("<|candidate1|>"), Marker("<|candidate2|>"));
        return new RankerTokens(tokenizer, layout, Marker("<|candidate|>"));
    }

    /// <summary>Ids of one word; a control token written out in a text is data and becomes the unknown token.</summary>
    public int[] Encode(string word)
    {
        int[] ids = tokenizer.Encode(word, addSpecialTokens: false);
        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i] >= firstAddedId || ids[i] == Layout.ClsId || ids[i] == Layout.SepId)
            {
                ids[i] = tokenizer.UnkId;
            }
        }

        return ids;
    }
}
