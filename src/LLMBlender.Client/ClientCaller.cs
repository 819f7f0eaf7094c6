namespace LLMBlender.Client;

/// <summary>The name of the app that a grain call from outside the cluster is made for. It is sent in Orleans' request context.</summary>
public static class ClientCaller
{
    /// <summary>The most characters of a name.</summary>
    public const int MaxLength = 100;

    private const string Key = "llmblender.caller";

    /// <summary>The name that the current grain call was sent with, or the next one is; null for none.</summary>
    public static string? Current
    {
        get => RequestContext.Get(Key) as string;
        set => RequestContext.Set(Key, value!);
    }
}
