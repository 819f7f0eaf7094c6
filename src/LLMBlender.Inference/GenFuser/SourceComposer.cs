using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// Composes a fuser's source within its limit of tokens. A candidate over its own limit is cut to it, decoded, and marked
/// with "...", as in the reference. Where the whole is still too long, the reference cuts its end off, and with it the
/// instruction to fuse; here candidates are shortened further, and after them the input and the instruction, so that the
/// end is kept.
/// </summary>
public sealed class SourceComposer
{
    // Below this a candidate says too little to be worth reading; then the input is shortened.
    private const int ShortestCandidate = 16;
    private const string Cut = "...";

    private readonly Tokenizer tokenizer;
    private readonly FuserTemplate template;
    private readonly ControlText control;
    private readonly int maxLength;
    private readonly int candidateMaxLength;
    private readonly bool asReference;

    /// <param name="tokenizer">The fuser's.</param>
    /// <param name="template">How its source is written.</param>
    /// <param name="maxLength">Tokens of a source at most.</param>
    /// <param name="candidateMaxLength">Tokens of a candidate at most, the mark of a cut not counted.</param>
    /// <param name="asReference">
    /// Reproduces the reference: the end is cut off, and control tokens that texts spell are read as such.
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

    /// <summary>The source of one fusion.</summary>
    /// <exception cref="ArgumentException">Not even with everything shortened does it fit.</exception>
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

    // In this order: candidates down to where they still say something, the input, candidates altogether, the instruction.
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

    // The longest of the texts between two limits that fits; null where not even the lowest does.
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

    private int[]? TryFit(Texts texts)
    {
        var ids = control.Encode(template(
            control.Neutralise(texts.Instruction),
            control.Neutralise(texts.Input),
            [.. texts.Candidates.Select(candidate => CutTo(control.Neutralise(candidate), texts.CandidateLimit))]));
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

    /// <summary>What goes into a source, before candidates are cut.</summary>
    private sealed record Texts(string Instruction, string Input, IReadOnlyList<string> Candidates, int CandidateLimit);
}
