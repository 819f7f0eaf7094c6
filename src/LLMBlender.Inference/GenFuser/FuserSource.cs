namespace LLMBlender.Inference.GenFuser;

/// <summary>The input of a fuser.</summary>
/// <param name="Text">The whole source, as the reference would compose it.</param>
/// <param name="Ids">
/// Its tokens. Only the template's control tokens are encoded as such; a literal control token in a text is encoded as characters.
/// </param>
/// <param name="IsShortened">Whether texts were truncated beyond each candidate's own limit.</param>
public sealed record FuserSource(string Text, int[] Ids, bool IsShortened);
