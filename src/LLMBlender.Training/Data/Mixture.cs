namespace LLMBlender.Training.Data;

/// <summary>What a phase draws its pairs from, and how long their segments may be.</summary>
/// <param name="Weights">Share of each tag; <see cref="MadeUp"/> stands for made-up pairs of all kinds. Normalised to one.</param>
/// <param name="SourceMaxLength">Tokens of the source's segment, its three control tokens included.</param>
/// <param name="CandidateMaxLength">Tokens of each candidate's segment, its three control tokens included.</param>
/// <param name="Sharpness">Factor on the teacher's logits: above 1, its slight labels count for more.</param>
/// <param name="MadeUpKinds">Share of each kind among made-up pairs, by <see cref="MadeUpPairs.Tags"/>; null for the usual ones.</param>
internal sealed record Mixture(
    IReadOnlyDictionary<string, double> Weights,
    int SourceMaxLength,
    int CandidateMaxLength,
    double Sharpness = 1,
    IReadOnlyDictionary<string, double>? MadeUpKinds = null)
{
    /// <summary>The name under which <see cref="Weights"/> holds the share of made-up pairs.</summary>
    public const string MadeUp = "made-up";
}
