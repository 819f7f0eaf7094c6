using System.IO.Compression;
using LLMBlender.Evaluation.Staging;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;
using LLMBlender.Records;
using LLMBlender.TestKit;

namespace LLMBlender.Evaluation.Tests.Staging;

/// <summary>Staged asking over recorded answers with the packaged ranker, on a part of the data; docs/evaluation.md has the figures of the whole.</summary>
public sealed class RecordedAnswersTests : IDisposable
{
    // By the judge's mean rank over the sets with even numbers; measured on others.
    private static readonly string[][] Stages =
    [
        ["wizardlm-13b", "vicuna-13b", "nous-hermes-13b", "phi-2-sft"], ["baize-v2-13b", "chatglm2-6b"],
        ["minichat-3b", "pythia-12b-mix-sft", "alpaca-7b", "falcon-7b-instruct", "oasst-sft-pythia-12b"],
    ];

    private readonly TemporaryFolder folder = new();

    [Fact(Skip = SharedFolder.SkipReason, SkipUnless = nameof(SharedFolder.Exists), SkipType = typeof(SharedFolder))]
    public void Measure_EveryEighthSet_KeepsTheQualityOfAllMembersWithHalfTheCalls()
    {
        using var ranker = ModelRankers.Load(Repository.File("models", "reward-minilm"), new PairRankerOptions());
        using var input = RecordInput.Open(folder.Write("sets.jsonl", string.Join('\n', Lines().Where(static (_, i) => i % 8 == 1))), Stream.Null);
        var sets = JudgedSetFile.Read(input, "gpt4turbo_win_prob", ranker, new Silent(), TestContext.Current.CancellationToken);
        var panel = new StagedPanel(Stages, ranker.Manifest.Calibration!.Temperature, 0);

        var full = panel.Measure(sets, double.PositiveInfinity, null);
        var staged = panel.Measure(sets, 0.3, null);

        Assert.Equal(50, sets.Count);
        Assert.InRange(staged.Calls, 0.36, 0.5);
        Assert.InRange(staged.Score, 0.98 * full.Score, 1);
        Assert.InRange(staged.Rank, 1, full.Rank);
    }

    public void Dispose() => folder.Dispose();

    private static IEnumerable<string> Lines()
    {
        using var file = new StreamReader(new GZipStream(File.OpenRead(SharedFolder.File("data", "candidates-dev.jsonl.gz")), CompressionMode.Decompress));
        while (file.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private sealed class Silent : IProgressDisplay
    {
        public void Compared(int comparisons)
        {
        }

        public void Settled(int records, long position)
        {
        }

        public void WriteError(string message)
        {
        }
    }
}
