namespace LLMBlender.Client;

/// <summary>The generation that a client reads from the cluster: in the background, and only while it is used. Safe for concurrent use.</summary>
internal sealed class PolledGeneration(IGrainFactory grains, TimeProvider timeProvider) : IRouteGeneration
{
    /// <summary>The time between two reads.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private volatile string current = "";
    private long last;
    private int isReading;

    /// <inheritdoc/>
    public string Current
    {
        get
        {
            var before = Interlocked.Read(ref last);
            if ((before == 0 || timeProvider.GetElapsedTime(before) >= Interval) && Interlocked.Exchange(ref isReading, 1) == 0)
            {
                // The read is no part of the request that starts it, nor of its trace.
                using (ExecutionContext.SuppressFlow())
                {
                    _ = Task.Run(ReadAsync);
                }
            }

            return current;
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            current = await grains.GetGrain<IRouteGenerationGrain>(0).ReadAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // No silo answers, or the cluster is of a version without generations: the last one stays.
            return;
        }
        finally
        {
            Interlocked.Exchange(ref last, timeProvider.GetTimestamp());
            Interlocked.Exchange(ref isReading, 0);
        }
    }
}
