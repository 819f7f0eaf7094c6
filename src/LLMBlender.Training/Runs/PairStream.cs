using LLMBlender.Training.Data;
using LLMBlender.Training.Teaching;

namespace LLMBlender.Training.Runs;

/// <summary>
/// Endless training steps, in windows: a window's pairs are drawn by the mixture, sorted by length and cut into batches of about equal
/// token count, which are shuffled and dealt out to steps. A window is a pure function of seed, phase and number.
/// </summary>
internal sealed class PairStream(
    IReadOnlyDictionary<string, PreferencePool> pools, MadeUpPairs? madeUp, TeacherLabels? teacherLabels, PairLayout layout, ulong seed)
{
    /// <summary>Pairs of one window.</summary>
    public const int WindowPairs = 2048;

    // Phases read distant parts of a pool's sequence, so that none repeats another's order.
    private const long PhaseStride = 1_000_000_007;

    /// <summary>The steps of a window, each a few batches.</summary>
    /// <param name="phase">Number of the phase, part of the seed.</param>
    /// <param name="mixture">The phase's mixture and lengths.</param>
    /// <param name="window">Number of the window in the phase, from 0.</param>
    /// <param name="batchTokens">Most tokens of a batch, padding included; a longer sequence is a batch of its own.</param>
    /// <param name="batchesPerStep">Batches of a step, as nearly as the window's count allows.</param>
    public IReadOnlyList<IReadOnlyList<Batch>> Window(int phase, Mixture mixture, long window, int batchTokens, int batchesPerStep) => Window(
        phase, mixture, window, batchTokens, batchesPerStep,
        pair => Batch.LengthOf(pair, mixture.SourceMaxLength, mixture.CandidateMaxLength),
        (chosen, random) =>
        {
            bool[] swapped = [.. chosen.Select(_ => random.Next(2) == 1)];
            return Batch.Of(chosen, swapped, layout, mixture.SourceMaxLength, mixture.CandidateMaxLength);
        });

    /// <summary>As the other, for batches of another form.</summary>
    /// <param name="phase">Number of the phase, part of the seed.</param>
    /// <param name="mixture">The phase's mixture and lengths.</param>
    /// <param name="window">Number of the window in the phase, from 0.</param>
    /// <param name="batchTokens">Most tokens of a batch, padding included; a longer pair is a batch of its own.</param>
    /// <param name="batchesPerStep">Batches of a step, as nearly as the window's count allows.</param>
    /// <param name="lengthOf">Tokens that a pair takes.</param>
    /// <param name="layOut">Makes a batch.</param>
    public IReadOnlyList<IReadOnlyList<TBatch>> Window<TBatch>(
        int phase,
        Mixture mixture,
        long window,
        int batchTokens,
        int batchesPerStep,
        Func<TrainingPair, int> lengthOf,
        Func<IReadOnlyList<TrainingPair>, Random, TBatch> layOut)
    {
        Random random = Seeds.Random(seed, (ulong)phase, (ulong)window);
        TrainingPair[] pairs = [.. Draw(phase, mixture, window, random)];
        int[] lengths = [.. pairs.Select(lengthOf)];
        Array.Sort(lengths, pairs);
        var batches = new List<TBatch>();
        for (int end = pairs.Length; end > 0;)
        {
            int count = Math.Clamp(batchTokens / lengths[end - 1], 1, end);
            var chosen = new ArraySegment<TrainingPair>(pairs, end - count, count);
            batches.Add(layOut(chosen, random));
            end -= count;
        }

        TBatch[] shuffled = [.. batches];
        random.Shuffle(shuffled);
        return Deal(shuffled, batchesPerStep);
    }

    private IEnumerable<TrainingPair> Draw(int phase, Mixture mixture, long window, Random random)
    {
        double total = mixture.Weights.Values.Sum();
        foreach (var (tag, weight) in mixture.Weights)
        {
            // Rounding up and down by turns keeps small shares right over many windows.
            double each = weight / total * WindowPairs;
            long from = (long)(window * each);
            long to = (long)((window + 1) * each);
            for (long draw = from; draw < to; draw++)
            {
                TrainingPair pair = tag == Mixture.MadeUp
                    ? madeUp!.Next(mixture.MadeUpKinds, mixture.CandidateMaxLength, random)
                    : pools[tag].Draw(phase * PhaseStride + draw);
                yield return teacherLabels?.Teach(pair, PairLayout.Room(int.MaxValue, mixture.CandidateMaxLength), mixture.Sharpness, random) ?? pair;
            }
        }
    }

    private static List<IReadOnlyList<TBatch>> Deal<TBatch>(TBatch[] batches, int batchesPerStep)
    {
        int steps = Math.Max(1, batches.Length / batchesPerStep);
        var dealt = new List<IReadOnlyList<TBatch>>(steps);
        for (int step = 0; step < steps; step++)
        {
            dealt.Add(batches[(step * batches.Length / steps)..((step + 1) * batches.Length / steps)]);
        }

        return dealt;
    }
}
