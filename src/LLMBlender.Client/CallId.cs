namespace LLMBlender.Client;

/// <summary>The id of a call to a grain, by which pings ask about it. It travels beside the call's arguments.</summary>
public static class CallId
{
    private const string Key = "llmblender.call";

    /// <summary>The id of the call that is being received, or will be sent; empty for a caller that sends no pings.</summary>
    public static Guid Current
    {
        get => RequestContext.Get(Key) is Guid id ? id : Guid.Empty;
        set => RequestContext.Set(Key, value);
    }
}
