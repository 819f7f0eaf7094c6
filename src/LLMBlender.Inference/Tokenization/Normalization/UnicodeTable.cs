namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>The tables of the Unicode Character Database that are part of the project.</summary>
internal static class UnicodeTable
{
    /// <summary>The fields of each line that is not a comment.</summary>
    public static IEnumerable<string[]> Lines(string name)
    {
        using var reader = new StreamReader(
            typeof(UnicodeTable).Assembly.GetManifestResourceStream($"LLMBlender.Inference.Tokenization.Normalization.{name}")!);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                yield return line.Split(' ');
            }
        }
    }
}
