using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace LLMBlender.Client;

/// <summary>
/// Keys of stateless grains: a bucket, the generation of the members (<see cref="IRouteGeneration"/>) if it is known, and after the first attempt the
/// number of silos to skip, such as <c>17</c>, <c>17.5fb0a914</c> and <c>17.5fb0a914~1</c>. Placement is a function of bucket, attempt and the members, so it
/// needs no grain directory.
/// </summary>
public static class Routes
{
    /// <summary>The number of buckets.</summary>
    public const int Buckets = 64;

    /// <summary>Separates bucket and attempt.</summary>
    public const char Separator = '~';

    private const char GenerationSeparator = '.';

    /// <summary>Returns a source's bucket. A source always maps to the same key, so concurrent equal comparisons are computed once.</summary>
    public static int BucketOf(string instruction, string? input)
    {
        var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(instruction.AsSpan()));
        if (!string.IsNullOrEmpty(input))
        {
            hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(input.AsSpan()), (long)hash);
        }

        return (int)(hash % Buckets);
    }

    /// <summary>Creates a grain's key.</summary>
    public static string Key(int bucket, int attempt, string generation = "")
    {
        var key = generation.Length == 0 ? Keys[bucket] : $"{Keys[bucket]}{GenerationSeparator}{generation}";
        return attempt == 0 ? key : $"{key}{Separator}{attempt}";
    }

    /// <summary>Splits a key into bucket and attempt; a key of another form is a bucket with attempt 0.</summary>
    public static (string Bucket, int Attempt) Parse(string key)
    {
        var (route, attempt) = (key, 0);
        var at = key.IndexOf(Separator, StringComparison.Ordinal);
        if (at >= 0 && int.TryParse(key.AsSpan(at + 1), out var number))
        {
            (route, attempt) = (key[..at], number);
        }

        at = route.IndexOf(GenerationSeparator, StringComparison.Ordinal);
        return at > 0 && int.TryParse(route.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? (route[..at], attempt) : (route, attempt);
    }

    private static readonly string[] Keys = [.. Enumerable.Range(0, Buckets).Select(bucket => $"{bucket}")];
}
