namespace LLMBlender.Training.Runs;

/// <summary>What a run trains beside pair rankers: the rankers that the paper compares with, by the names of configurations.</summary>
internal enum BaselineShape
{
    /// <summary>
    /// Scores a candidate read together with its source, one label for each tag of pairs (Ravaut et al. 2022, without the mixture of
    /// experts); better candidates are to get 1 and worse ones 0.
    /// </summary>
    SummaReranker,

    /// <summary>Encodes source and candidate by themselves; the better candidate's cosine is to be larger by a margin (Liu and Liu 2021).</summary>
    SimCls,

    /// <summary>A masked language model of good answers, for scoring by pseudo-log-likelihood (Salazar et al. 2020).</summary>
    Mlm,
}
