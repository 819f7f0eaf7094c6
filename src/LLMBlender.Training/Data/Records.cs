namespace LLMBlender.Training.Data;

/// <summary>Two answers to a prompt, of which one was preferred. <paramref name="Source"/> names where the preference comes from.</summary>
internal sealed record PairRecord(string Id, string Source, string Prompt, string Chosen, string Rejected);

/// <summary>An answer as one text, with its prompt when that is known.</summary>
internal sealed record CorpusRecord(string Id, string Source, string? Prompt, string Text);

/// <summary>Several models' answers to one instruction, with scores of which higher is better.</summary>
internal sealed record CandidateSetRecord(string Id, string Instruction, string Input, IReadOnlyList<CandidateRecord> Candidates)
{
    /// <summary>Instruction and input, joined without a separator as the ranker joins them.</summary>
    public string Prompt => Instruction + Input;

    /// <summary>The kind of the instruction, where the file names one.</summary>
    public string? Subset { get; init; }

    /// <summary>A reference answer, where the file has one.</summary>
    public string? Output { get; init; }
}

/// <summary>One model's answer.</summary>
internal sealed record CandidateRecord(string Model, string Text, IReadOnlyDictionary<string, double> Scores);

/// <summary>A plain question with a right and a wrong answer.</summary>
internal sealed record PlainCase(string Kind, string Instruction, string Better, string Worse);
