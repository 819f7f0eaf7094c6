namespace LLMBlender.Inference.GenFuser;

/// <summary>What a fuser reads.</summary>
/// <param name="Text">The whole source, as the reference would write it.</param>
/// <param name="Ids">
/// Its tokens. Control tokens among them are the template's only: where a text spells one, its characters are encoded.
/// </param>
/// <param name="IsShortened">Whether more was cut than each candidate to its own limit.</param>
public sealed record FuserSource(string Text, int[] Ids, bool IsShortened);
