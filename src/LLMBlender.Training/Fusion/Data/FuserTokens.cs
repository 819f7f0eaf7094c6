using System.Collections.Concurrent;
using LLMBlender.Core.Fusion;
using LLMBlender.Inference;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Training.Fusion.Data;

/// <summary>A T5 tokenizer as the trainer uses it.</summary>
internal sealed class FuserTokens
{
    // The template's, before the first candidate.
    private const string Marker = "<extra_id_0>";

    private readonly Tokenizer tokenizer;
    private readonly string[] controls;
    private readonly int[] opening;
    private readonly ConcurrentDictionary<string, int> counts = new(StringComparer.Ordinal);

    private FuserTokens(Tokenizer tokenizer, int eosId, int padId)
    {
        this.tokenizer = tokenizer;
        (EosId, PadId) = (eosId, padId);
        controls = [.. tokenizer.AddedTokens.Select(token => token.Content)];
        opening = tokenizer.Encode(Opening, addSpecialTokens: false);
    }

    public int VocabSize => tokenizer.Count;

    public int EosId { get; }

    public int PadId { get; }

    // What stands before the first candidate's text.
    private static string Opening => Marker + ":";

    /// <summary>Loads a tokenizer folder.</summary>
    /// <exception cref="ModelException">It can't be loaded, or is none of T5's.</exception>
    public static FuserTokens Load(string folder)
    {
        Tokenizer tokenizer = Tokenizer.Load(folder);
        int Control(int? id, string name) => id ?? throw new ModelException(folder, $"names no {name} token, which a fuser needs");
        if (tokenizer.Find(Marker) is null)
        {
            throw new ModelException(folder, $"has no token {Marker}, which a fuser needs");
        }

        return new FuserTokens(tokenizer, Control(tokenizer.EosId, "eos"), Control(tokenizer.PadId, "pad"));
    }

    /// <summary>A text without markers and with single spaces: a control token written out in it is data, and becomes a space.</summary>
    public string Clean(string text)
    {
        foreach (string control in controls)
        {
            text = text.Replace(control, " ", StringComparison.Ordinal);
        }

        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Ids of a record's source.</summary>
    public int[] Source(FusionRecord record) => tokenizer.Encode(
        FusionTemplate.Compose(Clean(record.Instruction), null, [.. record.Candidates.Select(Clean)]), addSpecialTokens: false);

    /// <summary>
    /// Ids of an answer with the end token. Its first word is tokenised as in a source, where it follows a colon and bears no mark of a
    /// space, so that the answer's ids are the very ids that a good candidate has.
    /// </summary>
    public int[] Target(string answer)
    {
        int[] ids = tokenizer.Encode(Opening + Clean(answer), addSpecialTokens: false);
        return ids.AsSpan().StartsWith(opening)
            ? [.. ids[opening.Length..], EosId]
            : [.. tokenizer.Encode(Clean(answer), addSpecialTokens: false), EosId];
    }

    /// <summary>The text of generated ids.</summary>
    public string Decode(ReadOnlySpan<int> ids) => tokenizer.Decode(ids, skipSpecialTokens: true);

    /// <summary>Tokens of one word.</summary>
    public int Count(string word) => counts.GetOrAdd(word, text => tokenizer.Encode(text, addSpecialTokens: false).Length);
}
