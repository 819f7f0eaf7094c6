using LLMBlender.Training.Fusion.Data;

namespace LLMBlender.Training.Fusion.Evaluation;

/// <summary>A record as <c>llmblender fuse</c> reads it.</summary>
internal sealed record FuseRecord(int Id, string Instruction, IReadOnlyList<FuseCandidate> Candidates, string Reference)
{
    public static FuseRecord Of(FusionRecord record, int id) => new(
        id, record.Instruction, [.. record.Candidates.Select((text, i) => new FuseCandidate($"copy-{i + 1}", text))], record.Reference);
}

/// <summary>One of its candidates.</summary>
internal sealed record FuseCandidate(string Model, string Text);

/// <summary>What that verb writes of a record, as far as it is read here.</summary>
internal sealed record FuseAnswer(int Id, string Answer);
