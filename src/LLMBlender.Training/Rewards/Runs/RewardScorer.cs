using LLMBlender.Training.Rewards.Data;
using LLMBlender.Training.Rewards.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Rewards.Runs;

/// <summary>Scores answers with a network as it is, on several threads.</summary>
internal sealed class RewardScorer(RewardNetwork network, RewardLayout layout, int workers, bool half)
{
    private const int BatchRows = 16;

    /// <summary>A score for each answer, higher is better.</summary>
    public double[] Score(IReadOnlyList<(int[] Source, int[] Answer)> answers)
    {
        double[] scores = new double[answers.Count];
        int[][] batches = [.. Enumerable.Range(0, answers.Count).Chunk(BatchRows)];
        Parallel.ForEach(batches, new ParallelOptions { MaxDegreeOfParallelism = workers }, members =>
        {
            set_num_threads(1);
            using var gradient = no_grad();
            using var scope = NewDisposeScope();
            var rows = PackedRows.Of([.. members.Select(i => layout.Row(answers[i].Source, answers[i].Answer))]);
            float[] found = network.Forward(rows, new BertPass(half, null, 0)).data<float>().ToArray();
            for (int i = 0; i < members.Length; i++)
            {
                scores[members[i]] = found[i];
            }
        });
        return scores;
    }
}
