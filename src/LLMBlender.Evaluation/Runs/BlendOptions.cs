using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Datasets;

namespace LLMBlender.Evaluation.Runs;

/// <summary>The blend settings of an evaluation. Every pair is compared in both orders.</summary>
/// <param name="TopK">The number of candidates to fuse.</param>
/// <param name="IsGuarded">Whether the answer is the best candidate if the fused one loses against it.</param>
public sealed record BlendOptions(int TopK, bool IsGuarded)
{
    /// <summary>Creates the blend request of a record.</summary>
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
