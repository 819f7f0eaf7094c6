using System.Globalization;
using LLMBlender.Core.Ranking;
using LLMBlender.Training.Network;
using LLMBlender.Training.Optimization;
using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Benchmarks.OnePass;

/// <summary>
/// The experiment of one pass over several candidates: from a pair ranker's weights, networks learn its logits of all pairs of a panel, reading 4, all or 1 of the candidates in a sequence. How often their best is
/// the one that all comparisons find, alone and as what adaptive-best begins with, beside what a pass costs in comparisons. One thread.
/// </summary>
internal sealed class OnePassBenchmark(RankerTokens tokens, string model, int epochs)
{
    private const int SourceLimit = 64;
    private const int CandidateLimit = 128;
    private const int PanelsPerStep = 4;
    private const double Rate = 5e-4;

    /// <summary>Trains and measures.</summary>
    /// <param name="taught">Records to learn from, and their matrices.</param>
    /// <param name="asked">Records to measure, and their matrices.</param>
    /// <param name="model">The pair ranker that the matrices are of.</param>
    /// <param name="epochs">How often each record is learned from.</param>
    public static void Run((string Records, string Matrices) taught, (string Records, string Matrices) asked, string model, int epochs)
    {
        set_num_threads(1);
        var tokens = RankerTokens.Load(model);
        var (train, test) = (JudgedPanel.Read(taught.Records, taught.Matrices, tokens), JudgedPanel.Read(asked.Records, asked.Matrices, tokens));
        var benchmark = new OnePassBenchmark(tokens, model, epochs);
        var comparison = benchmark.Comparison(test);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{train.Length} panels to learn from, {epochs} times; {test.Length} to measure; a comparison takes {comparison * 1000:0.0} ms of a processor"));
        Console.WriteLine($"{"",-34}{"worth",8}{"same best",11}{"95 %",18}   then adaptive-best: comparisons, with the passes, same best");
        benchmark.Line("consensus alone", test, null, 0, comparison);
        foreach (var size in (int[])[4, test.Max(static panel => panel.Answers.Length), 1])
        {
            benchmark.Measure(train, test, size, comparison);
        }
    }

    private void Measure(JudgedPanel[] train, JudgedPanel[] test, int size, double comparison)
    {
        using var network = NetworkWeights.LoadRanker(model);
        using (no_grad())
        {
            // No sequence of the ranker has held this marker: it begins as the mean of the two that they hold.
            var words = network.Encoder.Words;
            words[tokens.CandidateId] = (words[tokens.Layout.Candidate1Id] + words[tokens.Layout.Candidate2Id]) / 2;
        }

        var used = Environment.CpuUsage.TotalTime;
        Train(network, train, size);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size} in a sequence: learned in {(Environment.CpuUsage.TotalTime - used).TotalSeconds:0} s of a processor"));
        var random = new Random(1);
        used = Environment.CpuUsage.TotalTime;
        var scores = Array.ConvertAll(test, panel => Scores(network, panel, size, random));
        Line($"{size} in a sequence", test, scores, (Environment.CpuUsage.TotalTime - used).TotalSeconds / test.Length, comparison);
    }

    private void Train(PairRankerNetwork network, JudgedPanel[] panels, int size)
    {
        Tensor[] parameters = [.. network.parameters()];
        var optimizer = new AdamW(network.named_parameters().Select(static one => (one.name, (Tensor)one.parameter)), new AdamWOptions());
        var (random, noise) = (new Random(7), new Noise());
        var steps = epochs * panels.Length / PanelsPerStep;
        for (var step = 0; step < steps; step++)
        {
            noise.Seed(7, (ulong)step);
            var results = Enumerable.Range(0, PanelsPerStep).Select(i => Learn(network, parameters, panels[((step * PanelsPerStep) + i) % panels.Length], size, random, noise)).ToArray();
            var warm = Math.Min(1, (step + 1) / (0.1 * steps));
            optimizer.Step([.. results.Select(static one => one.Gradients)], Rate * warm * (1 - ((double)step / steps)));
            Array.ForEach(results, static one => one.Dispose());
        }
    }

    // The squared error of every pair's logit.
    private StepResult Learn(PairRankerNetwork network, Tensor[] parameters, JudgedPanel panel, int size, Random random, Noise noise)
    {
        using var scope = NewDisposeScope();
        int[] order = Order(panel, random);
        var scores = cat([.. order.Chunk(size).Select(group => Pass(network, panel, group, noise))]);
        var differences = scores.unsqueeze(1) - scores.unsqueeze(0);
        float[] wanted = [.. order.SelectMany(one => order.Select(other => panel.Advantage(one, other)))];
        var loss = (differences - tensor(wanted, [order.Length, order.Length])).pow(2).mean() / PanelsPerStep;
        return StepResult.Of(loss, parameters, 0, ("loss", loss));
    }

    private double[] Scores(PairRankerNetwork network, JudgedPanel panel, int size, Random random)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        int[] order = Order(panel, random);
        var found = order.Chunk(size).SelectMany(group => Pass(network, panel, group, null).data<float>().ToArray()).ToArray();
        var scores = new double[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            scores[order[i]] = found[i];
        }

        return scores;
    }

    private Tensor Pass(PairRankerNetwork network, JudgedPanel panel, int[] group, Noise? noise)
    {
        var row = GroupRow.Of(tokens, panel.Source, [.. group.Select(i => panel.Answers[i])], SourceLimit, CandidateLimit);
        return network.GroupScores(tensor(row.Ids, [1, row.Ids.Length]), [row.Ids.Length], row.Markers, noise).squeeze(0);
    }

    // Seconds of a processor for a comparison as the ranker makes it, in the same code as the passes.
    private double Comparison(JudgedPanel[] panels)
    {
        const int Most = 200;
        using var network = NetworkWeights.LoadRanker(model);
        using var gradients = no_grad();
        JudgedPanel[] some = [.. panels.Take(Most)];
        var used = TimeSpan.Zero;
        foreach (var round in (int[])[0, 1])
        {
            used = Environment.CpuUsage.TotalTime;
            foreach (var panel in some)
            {
                using var scope = NewDisposeScope();
                var row = GroupRow.Of(tokens, panel.Source, [panel.Answers[round], panel.Answers[^1]], network.Config.SourceMaxLength, network.Config.CandidateMaxLength);
                network.GroupScores(tensor(row.Ids, [1, row.Ids.Length]), [row.Ids.Length], row.Markers);
            }
        }

        return (Environment.CpuUsage.TotalTime - used).TotalSeconds / some.Length;
    }

    private void Line(string name, JudgedPanel[] panels, double[][]? scores, double seconds, double comparison)
    {
        var played = panels.Select((panel, i) => Played.By(Adaptive.Best(panel.Answers.Length, scores is null ? [panel.Agreement] : [scores[i], panel.Agreement]), panel.Matrix)).ToArray();
        var after = panels.Zip(played, static (panel, one) => one.Best == panel.Best).Count(static same => same);
        var alone = panels.Select((panel, i) => Best(scores?[i] ?? panel.Agreement) == panel.Best).Count(static same => same);
        var (low, high) = Share.Interval(alone, panels.Length);
        var comparisons = played.Average(static one => one.Comparisons);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-34}{seconds / comparison,8:0.0}{(double)alone / panels.Length,11:0.000}{$"[{low:0.000}, {high:0.000}]",18}   {comparisons,8:0.0}{comparisons + (seconds / comparison),8:0.0}{(double)after / panels.Length,9:0.000}"));
    }

    private static int Best(double[] scores) => Array.IndexOf(scores, scores.Max());

    private static int[] Order(JudgedPanel panel, Random random)
    {
        int[] order = [.. Enumerable.Range(0, panel.Answers.Length)];
        random.Shuffle(order);
        return order;
    }
}
