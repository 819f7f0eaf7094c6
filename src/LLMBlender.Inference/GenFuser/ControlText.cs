using System.Text.RegularExpressions;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.GenFuser;

/// <summary>Keeps texts from spelling control tokens: they are data, and only the template's control tokens are read as such.</summary>
internal sealed class ControlText
{
    private readonly Tokenizer tokenizer;
    private readonly HashSet<int> ids;
    private readonly Regex spelled;

    public ControlText(Tokenizer tokenizer)
    {
        this.tokenizer = tokenizer;
        var tokens = tokenizer.AddedTokens.Where(token => token.Id != tokenizer.UnkId && token.Content.Length > 1).ToList();
        ids = [.. tokens.Select(token => token.Id)];
        spelled = new Regex(
            tokens.Count == 0 ? "(?!)" : string.Join('|', tokens.OrderByDescending(token => token.Content.Length).Select(token => Regex.Escape(token.Content))),
            RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    /// <summary>The text with every control token that it spells taken apart by a space, so that it is read as characters.</summary>
    public string Neutralise(string text) => spelled.Replace(text, static match => $"{match.Value[..1]} {match.Value[1..]}");

    /// <summary>The ids of a source whose texts were neutralised: control tokens are those that it spells, and no others.</summary>
    public int[] Encode(string source)
    {
        var controls = spelled.Matches(source);
        var whole = tokenizer.Encode(source, addSpecialTokens: false);
        return whole.Count(ids.Contains) == controls.Count ? whole : EncodeApart(source, controls);
    }

    // A text that spells a control token only once it is normalised, in full-width letters say: its id is left out.
    private int[] EncodeApart(string source, MatchCollection controls)
    {
        var encoded = new List<int>();
        var start = 0;
        foreach (Match match in controls)
        {
            encoded.AddRange(Plain(source[start..match.Index]));
            encoded.Add(tokenizer.Find(match.Value)!.Value);
            start = match.Index + match.Length;
        }

        encoded.AddRange(Plain(source[start..]));
        return [.. encoded];
    }

    private IEnumerable<int> Plain(string text) =>
        tokenizer.Encode(text, addSpecialTokens: false).Where(id => !ids.Contains(id));
}
