namespace LLMBlender.Client;

/// <summary>The id of a grain call, which pings refer to. It is sent in Orleans' request context.</summary>
public static class CallId
{
    private const string Key = "llmblender.call";

    /// <summary>The id of the current incoming call, or of the next outgoing one; empty if the caller sends no pings.</summary>
    public static Guid Current
    {
        get => RequestContext.Get(Key) is Guid id ? id : Guid.Empty;
        set => RequestContext.Set(Key, value);
    }
}
