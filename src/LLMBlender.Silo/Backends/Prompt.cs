namespace LLMBlender.Silo.Backends;

/// <summary>What a backend is asked.</summary>
internal static class Prompt
{
    /// <summary>The instruction, and after an empty line the input, if any.</summary>
    public static string Of(string instruction, string? input) =>
        string.IsNullOrEmpty(input) ? instruction : instruction.Length == 0 ? input : $"{instruction}\n\n{input}";
}
