using LLMBlender.Training.Fusion.Data;
using LLMBlender.Training.Fusion.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>
/// Writes answers by the likeliest token, several sources at once. The decoder reads its whole input at every step: for measuring a
/// network in training, where nothing faster is at hand.
/// </summary>
internal sealed class GreedyWriter(FuserNetwork network)
{
    /// <summary>Generated ids of each source, without start and end token.</summary>
    /// <param name="sources">Ids of at least one source.</param>
    /// <param name="mostTokens">Most tokens of an answer.</param>
    public IReadOnlyList<int[]> Write(IReadOnlyList<int[]> sources, int mostTokens)
    {
        FuserConfig config = network.Config;
        FusionBatch batch = FusionBatch.Of([.. sources.Select(source => FusionExample.Of(source, [config.EosId]))], config.PadId);
        using var gradient = no_grad();
        using var scope = NewDisposeScope();
        Encoded encoded = network.Encode(tensor(batch.Source, [batch.Rows, batch.SourceLength]), batch.SourceLengths);
        var answers = sources.Select(_ => new List<int>()).ToArray();
        bool[] ended = new bool[answers.Length];
        for (int step = 0; step < mostTokens && ended.Contains(false); step++)
        {
            long[] next = Next(encoded, answers);
            for (int row = 0; row < answers.Length; row++)
            {
                ended[row] |= next[row] == config.EosId;
                answers[row].Add((int)(ended[row] ? config.EosId : next[row]));
            }
        }

        return [.. answers.Select(answer => answer.TakeWhile(id => id != config.EosId).ToArray())];
    }

    private long[] Next(Encoded encoded, List<int>[] answers)
    {
        using var scope = NewDisposeScope();
        long[] input = [.. answers.SelectMany(answer => answer.Select(id => (long)id).Prepend(network.Config.StartId))];
        Tensor states = network.Decode(tensor(input, [answers.Length, answers[0].Count + 1]), encoded);
        return network.Logits(states.select(1, -1)).argmax(-1).data<long>().ToArray();
    }
}
