using LLMBlender.Training.Data;

namespace LLMBlender.Training.Rewards.Data;

/// <summary>
/// Endless training steps, in windows: a window's groups are drawn by the mixture, shuffled, cut into batches of about equal token count
/// and dealt out to steps. A window is a pure function of seed, phase and number.
/// </summary>
internal sealed class GroupStream(RewardData data, ulong seed)
{
    /// <summary>Groups of one window.</summary>
    public const int WindowGroups = 512;

    // Phases read distant parts of a pool's sequence, so that none repeats another's order.
    private const long PhaseStride = 1_000_000_007;

    /// <summary>The steps of a window, each a few batches.</summary>
    /// <param name="phase">Number of the phase, part of the seed.</param>
    /// <param name="mixture">The phase's mixture and lengths.</param>
    /// <param name="layout">Lays rows out.</param>
    /// <param name="window">Number of the window in the phase, from 0.</param>
    /// <param name="batchTokens">Most tokens of a batch; a longer group is a batch of its own.</param>
    /// <param name="batchesPerStep">Batches of a step, as nearly as the window's count allows.</param>
    public IReadOnlyList<IReadOnlyList<RewardBatch>> Window(
        int phase, Mixture mixture, RewardLayout layout, long window, int batchTokens, int batchesPerStep)
    {
        Random random = Seeds.Random(seed, (ulong)phase, (ulong)window);
        AnswerGroup[] groups = [.. Draw(phase, mixture, window, random)];
        random.Shuffle(groups);
        var batches = new List<RewardBatch>();
        var batch = new List<AnswerGroup>();
        int tokens = 0;
        foreach (AnswerGroup group in groups)
        {
            int length = group.Answers.Sum(answer => layout.LengthOf(group.Source, answer));
            if (batch.Count > 0 && tokens + length > batchTokens)
            {
                batches.Add(RewardBatch.Of(batch, layout));
                (batch, tokens) = ([], 0);
            }

            batch.Add(group);
            tokens += length;
        }

        batches.Add(RewardBatch.Of(batch, layout));
        return [.. batches.Chunk(batchesPerStep)];
    }

    private IEnumerable<AnswerGroup> Draw(int phase, Mixture mixture, long window, Random random)
    {
        double total = mixture.Weights.Values.Sum();
        foreach (var (tag, weight) in mixture.Weights)
        {
            // Rounding up and down by turns keeps small shares right over many windows.
            double each = weight / total * WindowGroups;
            long from = (long)(window * each);
            long to = (long)((window + 1) * each);
            for (long draw = from; draw < to; draw++)
            {
                yield return tag switch
                {
                    Mixture.MadeUp => data.BadAnswers(mixture, random),
                    RewardData.PlainTag => data.Plain(random),
                    _ => data.Pools[tag].Draw(phase * PhaseStride + draw),
                };
            }
        }
    }
}
