namespace LLMBlender.Local.Backends.Http;

/// <summary>Reads the Retry-After header.</summary>
public static class RetryAfter
{
    /// <summary>Returns the header as a delay from now, at least 0; null if there is none.</summary>
    public static TimeSpan? Of(HttpResponseMessage response, TimeProvider timeProvider)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - timeProvider.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
