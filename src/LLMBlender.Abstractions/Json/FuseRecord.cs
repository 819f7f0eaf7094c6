namespace LLMBlender.Abstractions.Json;

/// <summary>Candidates to fuse.</summary>
public sealed record FuseRecord : SourceRecord
{
    /// <summary>The instruction; may be empty if there is an input.</summary>
    public required string Instruction { get; init; }

    /// <summary>The input of the instruction; null for none.</summary>
    public string? Input { get; init; }

    /// <summary>The candidates, best first if they have no ranks; at least one.</summary>
    public required CandidateRecord[] Candidates { get; init; }

    /// <summary>The candidates' ranks, 1 for the best, instead of a rank in each of them.</summary>
    public int[]? Ranks { get; init; }

    /// <summary>The fuser's name; by default the first one configured.</summary>
    public string? Fuser { get; init; }

    /// <summary>How many of the best candidates are fused, at least 1; by default the fuser's own number.</summary>
    public int? TopK { get; init; }

    /// <summary>Converts the record to a message.</summary>
    /// <exception cref="JsonFieldException">The ranks do not match the candidates.</exception>
    public FuseRequest ToRequest()
    {
        var order = Order();
        return new FuseRequest
        {
            Instruction = Instruction,
            Input = Input,
            Candidates = Array.ConvertAll(order, place => Candidates[place].ToCandidate()),
            Fuser = Fuser,
            TopK = TopK,
            Timeout = Time,
        };
    }

    /// <summary>Returns the candidates' indices, best first; without ranks, and for ties, in the record's order.</summary>
    /// <exception cref="JsonFieldException">The ranks do not match the candidates.</exception>
    public int[] Order()
    {
        var ranks = Ranks ?? OwnRanks();
        return ranks.Length == Candidates.Length && Array.TrueForAll(ranks, static rank => rank >= 1)
            ? [.. Enumerable.Range(0, ranks.Length).OrderBy(place => ranks[place])]
            : throw new JsonFieldException(
                "ranks", $"\"ranks\" is [{string.Join(',', ranks)}], and must be {Candidates.Length} whole numbers from 1, one for each candidate");
    }

    private int[] OwnRanks()
    {
        var given = Candidates.Count(static candidate => candidate.Rank is not null);
        return given == 0 ? [.. Enumerable.Repeat(1, Candidates.Length)] : [.. Candidates.Select((candidate, i) => candidate.Rank switch
        {
            >= 1 and { } rank => rank,
            { } rank => throw new JsonFieldException($"candidates[{i}].rank", $"\"candidates[{i}].rank\" is {rank}, and must be a whole number from 1"),
            null => throw JsonFault.Missing($"candidates[{i}].rank", $"a whole number from 1, as {given} of the {Candidates.Length} candidates have one"),
        })];
    }
}
