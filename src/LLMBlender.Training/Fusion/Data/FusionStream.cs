using LLMBlender.Training.Data;

namespace LLMBlender.Training.Fusion.Data;

/// <summary>
/// Endless training steps, in windows: a window's records are made, sorted by length and cut into batches of about equal token count,
/// which are shuffled and dealt out to steps. A window is a pure function of seed, phase and number.
/// </summary>
internal sealed class FusionStream(FusionRecords records, FuserTokens tokens, ulong seed)
{
    /// <summary>Records of one window.</summary>
    public const int WindowRecords = 512;

    /// <summary>The steps of a window, each a few batches.</summary>
    /// <param name="phase">Number of the phase, part of the seed.</param>
    /// <param name="recipe">How its records are made.</param>
    /// <param name="window">Number of the window in the phase, from 0.</param>
    /// <param name="batchTokens">Most tokens of a batch, sources and targets padded; a longer record is a batch of its own.</param>
    /// <param name="batchesPerStep">Batches of a step, as nearly as the window's count allows.</param>
    public IReadOnlyList<IReadOnlyList<FusionBatch>> Window(
        int phase, FusionRecipe recipe, long window, int batchTokens, int batchesPerStep)
    {
        Random random = Seeds.Random(seed, (ulong)phase, (ulong)window);
        FusionExample[] examples = [.. Enumerable.Range(0, WindowRecords).Select(_ => Make(recipe, random))];
        int[] lengths = [.. examples.Select(example => example.Source.Length + example.Target.Length)];
        Array.Sort(lengths, examples);
        var batches = new List<FusionBatch>();
        for (int end = examples.Length; end > 0;)
        {
            int count = Math.Clamp(batchTokens / lengths[end - 1], 1, end);
            batches.Add(FusionBatch.Of(examples[(end - count)..end], tokens.PadId));
            end -= count;
        }

        FusionBatch[] shuffled = [.. batches];
        random.Shuffle(shuffled);
        int steps = Math.Max(1, shuffled.Length / batchesPerStep);
        int Start(int step) => step * shuffled.Length / steps;
        return [.. Enumerable.Range(0, steps).Select(step => shuffled[Start(step)..Start(step + 1)])];
    }

    private FusionExample Make(FusionRecipe recipe, Random random) =>
        FusionExample.Of(records.Next(recipe, random), tokens).WithNoise(recipe.InputNoise, random);
}
