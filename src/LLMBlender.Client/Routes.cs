using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace LLMBlender.Client;

/// <summary>
/// Keys of stateless grains: a bucket and, after the first attempt, the number of silos to skip, such as <c>17</c> and <c>17~1</c>.
/// Placement is a function of the key, so it needs no grain directory.
/// </summary>
public static class Routes
{
    /// <summary>The number of buckets.</summary>
    public const int Buckets = 64;

    /// <summary>Separates bucket and attempt.</summary>
    public const char Separator = '~';

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
    public static string Key(int bucket, int attempt) => attempt == 0 ? Keys[bucket] : $"{Keys[bucket]}{Separator}{attempt}";

    /// <summary>Splits a key into its parts; any other key is a bucket with attempt 0.</summary>
    public static (string Bucket, int Attempt) Parse(string key)
    {
        var at = key.IndexOf(Separator, StringComparison.Ordinal);
        return at >= 0 && int.TryParse(key.AsSpan(at + 1), out var attempt) ? (key[..at], attempt) : (key, 0);
    }

    private static readonly string[] Keys = [.. Enumerable.Range(0, Buckets).Select(bucket => $"{bucket}")];
}
