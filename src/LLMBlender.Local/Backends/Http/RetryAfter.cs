namespace LLMBlender.Local.Backends.Http;

/// <summary>When a server wants to be asked again.</summary>
public static class RetryAfter
{
    /// <summary>The header as a time from now; null where there is none.</summary>
    public static TimeSpan? Of(HttpResponseMessage response, TimeProvider clock)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
