namespace LLMBlender.Silo.Backends;

/// <summary>The times of the last answers. Safe for concurrent use.</summary>
internal sealed class LatencyWindow
{
    private const int Size = 100;
    private const int Enough = 20;

    private readonly Lock gate = new();
    private readonly double[] seconds = new double[Size];
    private int count;

    /// <summary>Adds an answer's time.</summary>
    public void Add(TimeSpan time)
    {
        lock (gate)
        {
            seconds[count++ % Size] = time.TotalSeconds;
        }
    }

    /// <summary>The time that 95 of 100 answers keep to; null before there are enough to tell.</summary>
    public TimeSpan? Usual()
    {
        double[] known;
        lock (gate)
        {
            if (count < Enough)
            {
                return null;
            }

            known = seconds[..Math.Min(count, Size)];
        }

        Array.Sort(known);
        return TimeSpan.FromSeconds(known[(int)Math.Ceiling(0.95 * known.Length) - 1]);
    }
}
