using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Datasets;

namespace LLMBlender.Evaluation.Runs;

/// <summary>How an evaluation blends its records. Every pair is compared, in both orders.</summary>
/// <param name="TopK">How many candidates are fused.</param>
/// <param name="IsGuarded">Whether the best candidate is the answer where the fused one loses against it.</param>
public sealed record BlendOptions(int TopK, bool IsGuarded)
{
    /// <summary>The blend of a record.</summary>
    internal BlendRequest Request(MixInstructRecord record) => new()
    {
        Instruction = record.Instruction,
        Input = record.Input,
        Candidates = Array.ConvertAll(record.Candidates, static candidate => new Candidate(candidate.Model, candidate.Text)),
        Aggregation = MaxLogits.Aggregation,
        TopK = TopK,
        WithTrace = true,
        WithoutGuard = !IsGuarded,
    };
}
