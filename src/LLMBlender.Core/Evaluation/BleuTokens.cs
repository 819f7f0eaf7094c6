using System.Text.RegularExpressions;

namespace LLMBlender.Core.Evaluation;

/// <summary>
/// The tokenizer of mteval-v13a, sacreBLEU's <c>13a</c>: unescapes four entities, separates ASCII punctuation, keeps periods and commas
/// inside numbers, and separates a dash after a digit.
/// </summary>
internal static partial class BleuTokens
{
    /// <summary>Tokenizes a text.</summary>
    public static List<string> Of(string text)
    {
        string line = text.TrimEnd()
            .Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' ');
        if (line.Contains('&', StringComparison.Ordinal))
        {
            line = line.Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
                .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        }

        line = Punctuation().Replace($" {line} ", " $1 ");
        line = MarkAfterOther().Replace(line, "$1 $2 ");
        line = MarkBeforeOther().Replace(line, " $1 $2");
        line = DashAfterDigit().Replace(line, "$1 $2 ");
        return [.. line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
    }

    [GeneratedRegex(@"([\{-~\[-` -&\(-\+:-@/])")]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"([^0-9])([\.,])")]
    private static partial Regex MarkAfterOther();

    [GeneratedRegex(@"([\.,])([^0-9])")]
    private static partial Regex MarkBeforeOther();

    [GeneratedRegex(@"([0-9])(-)")]
    private static partial Regex DashAfterDigit();
}
