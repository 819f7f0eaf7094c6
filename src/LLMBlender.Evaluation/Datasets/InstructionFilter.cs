using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>
/// What the paper keeps of its sources: no prompt twice, prompts of 5 to 127 tokens and reference answers of 11 to 127, special tokens not
/// counted. Which tokens, the paper does not say; here they are those of the tokenizer that is given.
/// </summary>
/// <param name="tokenizer">Counts.</param>
/// <param name="prompt">Tokens of instruction and input together.</param>
/// <param name="output">Tokens of the reference answer.</param>
public sealed class InstructionFilter(Tokenizer tokenizer, TokenRange prompt, TokenRange output)
{
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> dropped = new(StringComparer.Ordinal);

    /// <summary>How many were kept.</summary>
    public int Kept { get; private set; }

    /// <summary>How many were dropped, and why.</summary>
    public IReadOnlyDictionary<string, int> Dropped => dropped;

    /// <summary>Whether an instruction is kept.</summary>
    public bool Keeps(SourceInstruction instruction)
    {
        if (!prompt.Holds(Count(instruction.Instruction + instruction.Input)))
        {
            return Drop("prompt's length");
        }

        if (!output.Holds(Count(instruction.Output)))
        {
            return Drop("answer's length");
        }

        if (!seen.Add(instruction.Key))
        {
            return Drop("repeated");
        }

        Kept++;
        return true;
    }

    private bool Drop(string why)
    {
        dropped[why] = dropped.GetValueOrDefault(why) + 1;
        return false;
    }

    private int Count(string text) => tokenizer.Encode(text, addSpecialTokens: false).Length;
}

/// <summary>How many tokens a text may have.</summary>
/// <param name="Least">At least.</param>
/// <param name="Most">At most.</param>
public readonly record struct TokenRange(int Least, int Most)
{
    /// <summary>Of a prompt, as the paper has it.</summary>
    public static TokenRange OfPrompt { get; } = new(5, 127);

    /// <summary>Of a reference answer, as the paper has it.</summary>
    public static TokenRange OfOutput { get; } = new(11, 127);

    /// <summary>Whether a count lies in it.</summary>
    public bool Holds(int count) => count >= Least && count <= Most;

    /// <inheritdoc/>
    public override string ToString() => $"{Least}-{Most}";
}
