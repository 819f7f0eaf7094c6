namespace LLMBlender.Benchmarks.Cells;

/// <summary>
/// A discrete-event simulation of one cell: blends arrive as a Poisson process, wait for their panel, and are ranked round by round. A round reads its comparisons from Redis, spreads
/// what is missing over the accelerators, as few shards as there are least shards in it and each to the accelerator with the least work that its silo knows of, and writes the logits
/// while the blend goes on. The guard's two comparisons are a round of their own, after the fusion.
/// </summary>
internal sealed class Cell
{
    /// <summary>Comparisons of a fused answer with the best candidate, in both orders.</summary>
    public const int OfTheGuard = 2;

    private readonly CellSettings settings;
    private readonly Random random;
    private readonly EventLoop loop = new();
    private readonly Station redis;
    private readonly Station silos;
    private readonly Station[] accelerators;
    private readonly int[,] outstanding;
    private readonly List<double> rankings = [];
    private readonly List<double> blends = [];
    private double progress;
    private double progressChanged;
    private int inProgress;
    private long compared;
    private bool measures;

    private Cell(CellSettings settings, int seed)
    {
        (this.settings, random) = (settings, new Random(seed));
        redis = new Station(loop, 1);
        silos = new Station(loop, settings.Silos);
        accelerators = [.. Enumerable.Range(0, settings.Accelerators).Select(_ => new Station(loop, 1))];
        outstanding = new int[settings.Silos, settings.Accelerators];
    }

    /// <summary>Runs a simulation; the same seed gives the same outcome.</summary>
    public static CellOutcome Run(CellSettings settings, int seed)
    {
        var cell = new Cell(settings, seed);
        cell.Arrive();
        cell.loop.RunUntil(settings.Time.Before);
        cell.Measure();
        cell.loop.RunUntil(settings.Time.Before + settings.Time.While);
        return cell.Outcome();
    }

    private void Measure()
    {
        redis.Reset();
        silos.Reset();
        Array.ForEach(accelerators, static one => one.Reset());
        (measures, progress, progressChanged, compared) = (true, 0, loop.Now, 0);
    }

    private CellOutcome Outcome()
    {
        Progress(0);
        rankings.Sort();
        blends.Sort();
        return new CellOutcome(
            blends.Count / settings.Time.While,
            compared / settings.Time.While,
            accelerators.Average(static one => one.Utilization),
            redis.Utilization,
            silos.Utilization,
            progress / settings.Time.While,
            blends.Count > 0 ? blends.Average() : 0,
            [.. rankings]);
    }

    private void Arrive()
    {
        loop.After(Exponential(1 / settings.Arrivals), () =>
        {
            Begin();
            Arrive();
        });
    }

    private void Begin()
    {
        var since = loop.Now;
        Progress(+1);
        loop.After(Exponential(settings.Members), () =>
        {
            var ranked = loop.Now;
            var rounds = settings.Rankings[random.Next(settings.Rankings.Count)];
            var silo = random.Next(settings.Silos);
            Rank(silo, rounds, 0, () =>
            {
                if (measures)
                {
                    rankings.Add(loop.Now - ranked);
                }

                loop.After(Exponential(settings.Members), () => Rank(silo, [OfTheGuard], 0, () => End(since)));
            });
        });
    }

    private void End(double since)
    {
        Progress(-1);
        if (measures)
        {
            blends.Add(loop.Now - since);
        }
    }

    private void Rank(int silo, int[] rounds, int round, Action done)
    {
        if (round == rounds.Length)
        {
            done();
            return;
        }

        var count = rounds[round];
        silos.Add(count * settings.Scheduling, () => loop.After(settings.Network, () => redis.Add(count * settings.RedisRead, () => loop.After(
            settings.Network, () => Compare(silo, Missing(count), () => Rank(silo, rounds, round + 1, done))))));
    }

    private int Missing(int count)
    {
        var missing = 0;
        for (var i = 0; i < count; i++)
        {
            missing += random.NextDouble() < settings.Hits ? 0 : 1;
        }

        return missing;
    }

    private void Compare(int silo, int count, Action done)
    {
        if (count == 0)
        {
            done();
            return;
        }

        var shards = Math.Clamp(count / settings.LeastOfAShard, 1, accelerators.Length);
        var left = shards;
        for (var shard = 0; shard < shards; shard++)
        {
            var size = (count / shards) + (shard < count % shards ? 1 : 0);
            var worker = Least(silo);
            outstanding[silo, worker] += size;
            loop.After(settings.Network, () => accelerators[worker].Add(size / settings.Speed, () => loop.After(settings.Network, () =>
            {
                outstanding[silo, worker] -= size;
                compared += size;
                if (--left == 0)
                {
                    // Written in the background: nobody waits for it, and Redis works for it all the same.
                    redis.Add(count * settings.RedisWrite, static () => { });
                    done();
                }
            })));
        }
    }

    // Of equal ones any: all silos would begin with the first.
    private int Least(int silo)
    {
        var start = random.Next(accelerators.Length);
        var best = start;
        for (var i = 1; i < accelerators.Length; i++)
        {
            var worker = (start + i) % accelerators.Length;
            best = outstanding[silo, worker] < outstanding[silo, best] ? worker : best;
        }

        return best;
    }

    private void Progress(int change)
    {
        progress += inProgress * (loop.Now - progressChanged);
        (progressChanged, inProgress) = (loop.Now, inProgress + change);
    }

    private double Exponential(double mean) => -mean * Math.Log(1 - random.NextDouble());
}
