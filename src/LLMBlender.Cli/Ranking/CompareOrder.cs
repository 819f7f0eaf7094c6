namespace LLMBlender.Cli.Ranking;

/// <summary>In which orders a and b are put before the ranker.</summary>
internal enum CompareOrder
{
    /// <summary>Both, and the two logits are combined.</summary>
    Both,

    /// <summary>a on the left.</summary>
    Ab,

    /// <summary>b on the left.</summary>
    Ba,
}
