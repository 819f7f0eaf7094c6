using LLMBlender.Core.Fusion;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Evaluation.Runs;

/// <summary>The models that an evaluation blends with.</summary>
/// <param name="Ranker">The ranker.</param>
/// <param name="Fuser">The fuser.</param>
/// <param name="FuserModel">The fuser's model; null for a fuser without one.</param>
public sealed record EvaluatedModels(PairRankerModel Ranker, IFuser Fuser, GenFuserModel? FuserModel) : IDisposable
{
    /// <summary>Whether the fuser generates text.</summary>
    internal bool Writes => Fuser is not SelectFuser;

    /// <inheritdoc/>
    public void Dispose()
    {
        Ranker.Dispose();
        FuserModel?.Dispose();
    }
}
