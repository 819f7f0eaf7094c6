using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// Composes a fuser's source within its token limit. A candidate over its own limit is truncated, decoded, and marked with "...", as in the
/// reference. If the source is still too long, the reference truncates its end, and with it the instruction to fuse; here the candidates
/// are shortened further, followed by the input and the instruction, so that the end is kept.
/// </summary>
public sealed class SourceComposer
{
    // A candidate below this length is not useful; the input is shortened instead.
    private const int ShortestCandidate = 16;
    private const string Cut = "...";

    private readonly Tokenizer tokenizer;
    private readonly FuserTemplate template;
    private readonly ControlText control;
    private readonly int maxLength;
    private readonly int candidateMaxLength;
    private readonly bool asReference;

    /// <param name="tokenizer">The fuser's tokenizer.</param>
    /// <param name="template">Composes the source.</param>
    /// <param name="maxLength">The maximum number of tokens in a source.</param>
    /// <param name="candidateMaxLength">The maximum number of tokens in a candidate, excluding the truncation mark.</param>
    /// <param name="asReference">
    /// Reproduces the reference: the end is truncated, and literal control tokens in texts are encoded as such.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A length is below 1.</exception>
    public SourceComposer(Tokenizer tokenizer, FuserTemplate template, int maxLength, int candidateMaxLength, bool asReference = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(candidateMaxLength, 1);
        (this.tokenizer, this.template, this.maxLength, this.candidateMaxLength, this.asReference) =
            (tokenizer, template, maxLength, candidateMaxLength, asReference);
        control = new ControlText(tokenizer);
    }

    /// <summary>Composes the source of one fusion.</summary>
    /// <exception cref="ArgumentException">The source is too long even with all texts shortened.</exception>
    public FuserSource Compose(string instruction, string? input, IReadOnlyList<string> candidates)
    {
        var whole = new Texts(instruction, input ?? "", candidates, candidateMaxLength);
        if (asReference)
        {
            var text = Write(whole);
            var ids = tokenizer.Encode(text, addSpecialTokens: false);
            return new FuserSource(text, ids[..Math.Min(ids.Length, maxLength)], ids.Length > maxLength);
        }

        if (TryFit(whole) is { } fitting)
        {
            return new FuserSource(Write(whole), fitting, IsShortened: false);
        }

        var shortened = Shorten(whole);
        return new FuserSource(Write(shortened), TryFit(shortened)!, IsShortened: true);
    }

    // Shortens in this order: candidates to their minimum useful length, the input, the candidates further, the instruction.
    private Texts Shorten(Texts whole)
    {
        var floor = Math.Min(ShortestCandidate, candidateMaxLength);
        var floored = whole with { CandidateLimit = floor };
        var bare = floored with { Input = whole.Input.Length == 0 ? "" : Cut };
        var least = bare with { CandidateLimit = 1 };
        return Longest(floor, candidateMaxLength, limit => whole with { CandidateLimit = limit })
            ?? Longest(1, Count(whole.Input), limit => floored with { Input = CutTo(whole.Input, limit) })
            ?? Longest(1, floor, limit => bare with { CandidateLimit = limit })
            ?? Longest(1, Count(whole.Instruction), limit => least with { Instruction = CutTo(whole.Instruction, limit) })
            ?? throw new ArgumentException(
                $"a source of at most {maxLength} tokens has no room for {whole.Candidates.Count} candidates, even of a token each: "
                + "the limit must be higher, or the candidates fewer");
    }

    // The longest texts between two limits that fit; null if even the shortest do not.
    private Texts? Longest(int lowest, int highest, Func<int, Texts> at)
    {
        Texts? found = null;
        while (lowest <= highest)
        {
            var middle = lowest + (highest - lowest) / 2;
            var texts = at(middle);
            if (TryFit(texts) is null)
            {
                highest = middle - 1;
            }
            else
            {
                (found, lowest) = (texts, middle + 1);
            }
        }

        return found;
    }

    // Neutralised after truncation: decoding truncated ids can produce a literal control token.
    private int[]? TryFit(Texts texts)
    {
        var ids = control.Encode(template(
            control.Neutralise(texts.Instruction),
            control.Neutralise(texts.Input),
            [.. texts.Candidates.Select(candidate => control.Neutralise(CutTo(candidate, texts.CandidateLimit)))]));
        return ids.Length <= maxLength ? ids : null;
    }

    private string Write(Texts texts) =>
        template(texts.Instruction, texts.Input, [.. texts.Candidates.Select(candidate => CutTo(candidate, texts.CandidateLimit))]);

    private string CutTo(string text, int limit)
    {
        var ids = tokenizer.Encode(text, addSpecialTokens: false);
        return ids.Length <= limit ? text : tokenizer.Decode(ids.AsSpan(0, limit)) + Cut;
    }

    private int Count(string text) => tokenizer.Encode(text, addSpecialTokens: false).Length;

    /// <summary>The texts of a source before candidates are truncated.</summary>
    private sealed record Texts(string Instruction, string Input, IReadOnlyList<string> Candidates, int CandidateLimit);
}
