using System.Text.RegularExpressions;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.GenFuser;

/// <summary>Prevents texts from containing control tokens: only the template's control tokens are encoded as such.</summary>
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

    /// <summary>The text with a space inserted into every literal control token, so that it is encoded as characters.</summary>
    public string Neutralise(string text) => spelled.Replace(text, static match => $"{match.Value[..1]} {match.Value[1..]}");

    /// <summary>Encodes a source whose texts are neutralised: all control tokens in it belong to the template.</summary>
    public int[] Encode(string source)
    {
        var controls = spelled.Matches(source);
        var whole = tokenizer.Encode(source, addSpecialTokens: false);
        return whole.Count(ids.Contains) == controls.Count ? whole : EncodeApart(source, controls);
    }

    // Handles text that contains a control token only after normalisation, such as full-width letters: its id is removed.
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
