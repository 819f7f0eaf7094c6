using System.Collections.Concurrent;

namespace LLMBlender.Inference.Sessions;

/// <summary>The bound runs of a session and an output: one for each thread that computes at the same time. Safe for concurrent use.</summary>
/// <param name="session">The session; it outlives the runs.</param>
/// <param name="output">The output.</param>
internal sealed class BoundRuns(OnnxSession session, string output) : IDisposable
{
    private readonly ConcurrentBag<BoundRun> idle = [];

    /// <summary>Takes a run that no other thread uses; <see cref="Return"/> gives it back.</summary>
    public BoundRun Take() => idle.TryTake(out var run) ? run : new BoundRun(session, output);

    /// <summary>Gives a run back.</summary>
    public void Return(BoundRun run) => idle.Add(run);

    /// <inheritdoc/>
    public void Dispose()
    {
        while (idle.TryTake(out var run))
        {
            run.Dispose();
        }
    }
}
