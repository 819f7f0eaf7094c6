namespace LLMBlender.Records;

/// <summary>Messages for people.</summary>
public static class Sentences
{
    /// <summary>An argument error's message without the parameter's name, which means nothing on a command line.</summary>
    public static string WithoutParameter(ArgumentException e)
    {
        var end = e.Message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }

    /// <summary>A count and its noun: 1 record, 2 records.</summary>
    public static string Count(long count, string noun) => $"{count:N0} {noun}{(count == 1 ? "" : "s")}";
}
