namespace LLMBlender.Benchmarks.Cells;

/// <summary>Servers with one queue before them, first come, first served.</summary>
/// <param name="loop">The simulation.</param>
/// <param name="servers">How many there are.</param>
internal sealed class Station(EventLoop loop, int servers)
{
    private readonly Queue<(double Time, Action Done, double Since)> waiting = new();
    private double began;
    private double changed;
    private double insideTime;
    private double busyTime;
    private double sojourn;
    private int inside;
    private int busy;

    /// <summary>Jobs that have been done since <see cref="Reset"/>.</summary>
    public long Done { get; private set; }

    /// <summary>The share of the servers' time in which they worked.</summary>
    public double Utilization => Settled(busyTime, busy) / (servers * Elapsed);

    /// <summary>The mean number of jobs here, waiting ones included: L of Little's law.</summary>
    public double MeanInside => Settled(insideTime, inside) / Elapsed;

    /// <summary>Jobs done a second: λ.</summary>
    public double Rate => Done / Elapsed;

    /// <summary>The mean seconds of a done job, waiting included: W.</summary>
    public double MeanSojourn => Done > 0 ? sojourn / Done : 0;

    private double Elapsed => loop.Now - began;

    /// <summary>Adds a job.</summary>
    /// <param name="time">Seconds that a server works on it.</param>
    /// <param name="done">What happens then.</param>
    public void Add(double time, Action done)
    {
        Account();
        inside++;
        if (busy < servers)
        {
            Start(time, done, loop.Now);
        }
        else
        {
            waiting.Enqueue((time, done, loop.Now));
        }
    }

    /// <summary>Measures from now on.</summary>
    public void Reset() => (began, changed, insideTime, busyTime, sojourn, Done) = (loop.Now, loop.Now, 0, 0, 0, 0);

    private void Start(double time, Action done, double since)
    {
        busy++;
        loop.After(time, () =>
        {
            Account();
            (busy, inside, Done, sojourn) = (busy - 1, inside - 1, Done + 1, sojourn + loop.Now - since);
            if (waiting.TryDequeue(out var next))
            {
                Start(next.Time, next.Done, next.Since);
            }

            done();
        });
    }

    private void Account() => (insideTime, busyTime, changed) = (Settled(insideTime, inside), Settled(busyTime, busy), loop.Now);

    private double Settled(double sum, int level) => sum + (level * (loop.Now - changed));
}
