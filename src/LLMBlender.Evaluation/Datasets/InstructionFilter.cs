using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>
/// The paper's filter of source instructions: no duplicate prompts, prompts of 5 to 127 tokens and reference answers of 11 to
/// 127, without special tokens. The paper does not name its tokenizer; this filter counts with the given one.
/// </summary>
/// <param name="tokenizer">The tokenizer that counts tokens.</param>
/// <param name="prompt">The allowed tokens of instruction and input together.</param>
/// <param name="output">The allowed tokens of the reference answer.</param>
public sealed class InstructionFilter(Tokenizer tokenizer, TokenRange prompt, TokenRange output)
{
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> dropped = new(StringComparer.Ordinal);

    /// <summary>The number of instructions kept.</summary>
    public int Kept { get; private set; }

    /// <summary>The number of instructions dropped, by reason.</summary>
    public IReadOnlyDictionary<string, int> Dropped => dropped;

    /// <summary>Returns whether an instruction is kept, and counts it.</summary>
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

/// <summary>A range of token counts.</summary>
/// <param name="Least">The minimum.</param>
/// <param name="Most">The maximum.</param>
public readonly record struct TokenRange(int Least, int Most)
{
    /// <summary>The paper's range for a prompt.</summary>
    public static TokenRange OfPrompt { get; } = new(5, 127);

    /// <summary>The paper's range for a reference answer.</summary>
    public static TokenRange OfOutput { get; } = new(11, 127);

    /// <summary>Whether a count is in the range.</summary>
    public bool Holds(int count) => count >= Least && count <= Most;

    /// <inheritdoc/>
    public override string ToString() => $"{Least}-{Most}";
}
