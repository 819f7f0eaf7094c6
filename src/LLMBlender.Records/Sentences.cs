namespace LLMBlender.Records;

/// <summary>Formats human-readable messages.</summary>
public static class Sentences
{
    /// <summary>An argument exception's message without the parameter's name, which is not an option's name.</summary>
    public static string WithoutParameter(ArgumentException e)
    {
        var end = e.Message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }

    /// <summary>A count with its noun: 1 record, 2 records.</summary>
    public static string Count(long count, string noun) => $"{count:N0} {noun}{(count == 1 ? "" : "s")}";
}
