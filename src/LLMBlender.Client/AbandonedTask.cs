namespace LLMBlender.Client;

/// <summary>Tasks whose result may not be awaited, because a time limit ends the wait.</summary>
public static class AbandonedTask
{
    /// <summary>Observes a task's exception, which .NET otherwise reports as unobserved if it fails after the wait for it has ended.</summary>
    /// <returns>The task.</returns>
    public static T Observed<T>(this T task)
        where T : Task
    {
        ArgumentNullException.ThrowIfNull(task);
        if (!task.IsCompletedSuccessfully)
        {
            task.ContinueWith(
                static late => _ = late.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        return task;
    }
}
