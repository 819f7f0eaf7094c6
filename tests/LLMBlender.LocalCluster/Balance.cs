namespace LLMBlender.LocalCluster;

/// <summary>What was asked for, or done: rankings, comparisons of one pair, and the comparisons that both are made of.</summary>
internal readonly record struct Work(double Rankings, double Pairs, double Comparisons);

/// <summary>
/// Clients' counts against the silos'. A request that a gateway asks of a second silo, because the first one leaves or does not
/// answer in time, is done twice where both finish it, and is counted twice as what it is; nothing else may differ.
/// </summary>
/// <param name="Asked">What clients had answers to.</param>
/// <param name="Done">What silos count, those that have ended too.</param>
/// <param name="OfARanking">Comparisons of a ranking.</param>
/// <param name="OfAPair">Comparisons of one pair.</param>
internal sealed record Balance(Work Asked, Work Done, int OfARanking, int OfAPair)
{
    /// <summary>Rankings done beyond those asked for; below 0 where some are lost.</summary>
    public double RankingsAgain => Done.Rankings - Asked.Rankings;

    /// <summary>Comparisons of one pair done beyond those asked for; below 0 where some are lost.</summary>
    public double PairsAgain => Done.Pairs - Asked.Pairs;

    /// <summary>Comparisons of what was done again.</summary>
    public double ComparisonsAgain => (RankingsAgain * OfARanking) + (PairsAgain * OfAPair);

    /// <summary>Comparisons of what was done once.</summary>
    public double ComparisonsOnce => Done.Comparisons - ComparisonsAgain;

    /// <summary>Whether nothing is lost, and nothing too many that is not of a request done twice.</summary>
    public bool IsEven => RankingsAgain >= 0 && PairsAgain >= 0 && ComparisonsOnce == Asked.Comparisons;
}
