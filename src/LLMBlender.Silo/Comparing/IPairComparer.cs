using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Comparing;

/// <summary>A ranker on one accelerator of a silo.</summary>
internal interface IPairComparer : IPairRanker
{
    /// <summary>Which ranker it is.</summary>
    RankerIdentity Ranker { get; }

    /// <summary>Tokens that one call should be given at most, so that the next request need not wait long.</summary>
    int CallTokens { get; }
}
