using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Ranking;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Records;
using LLMBlender.TestKit;

namespace LLMBlender.Evaluation.Tests.Ranking;

public sealed class ComparisonRunnerTests(TinyModel tiny) : IDisposable
{
    private readonly PairRankerModel ranker = PairRankerModel.Load(tiny.Folder);

    [Theory]
    [InlineData("max-logits")]
    [InlineData("max-wins")]
    [InlineData("bubble-sort")]
    [InlineData("adaptive")]
    public async Task Run_ManyRecords_RanksEachAsItWouldAlone(string aggregation)
    {
        var works = Enumerable.Range(0, 150).Select(n => Work(n, (n * 13 % 9) + 1, aggregation)).ToList();

        var settled = await RunAsync(works, ranker.Compare);

        Assert.Equal(works, settled);
        Assert.All(settled.Cast<RankingWork>(), work => Assert.Equal(Alone(work, aggregation).Ranks, work.Ranking.Ranks));
    }

    [Fact]
    public async Task Run_CallFailsForOneRecord_OnlyThatOneFails()
    {
        var works = Enumerable.Range(0, 20).Select(n => Work(n, 4, "max-logits")).ToList();
        var monster = works[7].Encoded;

        var settled = await RunAsync(works, (comparisons, logits, completed, cancellation) =>
        {
            foreach (var comparison in comparisons)
            {
                if (comparison.Record == monster)
                {
                    throw new InvalidOperationException("out of memory");
                }
            }

            ranker.Compare(comparisons, logits, completed, cancellation);
        });

        Assert.Equal("the ranker failed: out of memory", settled[7].Failure);
        Assert.All(settled.Where(work => work != works[7]), work => Assert.Null(work.Failure));
    }

    [Fact]
    public async Task Run_OneLogitIsNoNumber_OnlyThatRecordFails()
    {
        var works = Enumerable.Range(0, 10).Select(n => Work(n, 3, "max-logits")).ToList();
        var broken = works[4].Encoded;

        var settled = await RunAsync(works, (comparisons, logits, completed, cancellation) =>
        {
            ranker.Compare(comparisons, logits, completed, cancellation);
            for (var i = 0; i < comparisons.Length; i++)
            {
                logits[i] = comparisons[i].Record == broken ? float.NaN : logits[i];
            }
        });

        Assert.Contains("is NaN, and must be finite", settled[4].Failure, StringComparison.Ordinal);
        Assert.Equal(9, settled.Count(work => work.Failure is null));
    }

    [Fact]
    public async Task Run_EndlessInput_HoldsNoMoreThanAWindow()
    {
        var (read, given, ahead) = (0, 0, 0);
        IEnumerable<RecordWork> Endless()
        {
            for (; given < 2000; read++)
            {
                ahead = Math.Max(ahead, read - given);
                yield return Work(read, 2, "bubble-sort");
            }
        }

        await new ComparisonRunner(ranker.Compare, new Silent()).RunAsync(
            Endless(), works => given += works.Count, TestContext.Current.CancellationToken);

        Assert.InRange(ahead, 1, ComparisonRunner.WindowRecords + 32);
    }

    [Fact]
    public async Task Run_FewRecords_ComparesThemInOneCall()
    {
        var calls = 0;

        await RunAsync([.. Enumerable.Range(0, 30).Select(n => Work(n, 5, "max-logits"))], (comparisons, logits, completed, cancellation) =>
        {
            calls++;
            ranker.Compare(comparisons, logits, completed, cancellation);
        });

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Run_Cancelled_Stops()
    {
        using var cancellation = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ComparisonRunner(
            (comparisons, logits, completed, token) =>
            {
                cancellation.Cancel();
                ranker.Compare(comparisons, logits, completed, token);
            },
            new Silent()).RunAsync([Work(0, 3, "max-logits")], _ => Assert.Fail("settled"), cancellation.Token));
    }

    [Fact]
    public async Task Run_ReadingFails_EndsWithThatFailure()
    {
        static IEnumerable<RecordWork> Broken()
        {
            yield return new FailedWork(new RecordPlace("f", 1, 1, null), "bad");
            throw new UsageException("the disk is gone");
        }

        await Assert.ThrowsAsync<UsageException>(() => new ComparisonRunner(ranker.Compare, new Silent()).RunAsync(
            Broken(), _ => { }, TestContext.Current.CancellationToken));
    }

    public void Dispose() => ranker.Dispose();

    private static async Task<List<RecordWork>> RunAsync(IEnumerable<RecordWork> works, CompareBatch compare)
    {
        var settled = new List<RecordWork>();
        await new ComparisonRunner(compare, new Silent()).RunAsync(works, settled.AddRange, TestContext.Current.CancellationToken);
        return settled;
    }

    private RankingWork Work(int n, int candidates, string aggregation) => new(
        new RecordPlace("f", n + 1, n + 1, null),
        ranker.Encode($"Question {n}?", [.. Enumerable.Range(0, candidates).Select(i => $"answer {n * 31 % 11} {new string('y', (n + i) % 6)} {i}")]),
        RankingEngines.Create(aggregation, candidates));

    private CandidateRanking Alone(RankingWork work, string aggregation)
    {
        var engine = RankingEngines.Create(aggregation, work.Matrix.CandidateCount);
        while (!engine.IsSettled)
        {
            foreach (var pair in engine.NextPairs().ToArray())
            {
                var logit = new float[1];
                ranker.Compare([new Comparison(work.Encoded!, pair.First, pair.Second)], logit);
                engine.Hear(pair, logit[0]);
            }
        }

        return engine.Rank();
    }

    private sealed class Silent : IProgressDisplay
    {
        public void Compared(int comparisons)
        {
        }

        public void Settled(int records, long position)
        {
        }

        public void Complain(string message) => Assert.Fail(message);
    }
}
