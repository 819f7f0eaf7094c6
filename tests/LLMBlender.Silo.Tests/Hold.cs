using LLMBlender.TestKit.Fakes;

namespace LLMBlender.Silo.Tests;

/// <summary>Holds a silo's accelerator up until it is released.</summary>
internal sealed class Hold : IDisposable
{
    private readonly ManualResetEventSlim released = new();
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Hold(FakeRanker ranker, int silo) => ranker.BeforeCompare = number =>
    {
        if (number == silo)
        {
            reached.TrySetResult();
            released.Wait();
        }
    };

    /// <summary>Waits until the silo has something to compare.</summary>
    public Task WhenReachedAsync() => reached.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public void Release() => released.Set();

    // The event itself stays: the accelerator's thread may still look at it.
    public void Dispose() => Release();
}
