using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace LLMBlender.Client;

/// <summary>
/// Keys of grains that keep nothing: a bucket and, after the first attempt, how many silos to go past, as in <c>17</c> and
/// <c>17~1</c>. The silos place both by rule, without a directory that could be lost.
/// </summary>
public static class Routes
{
    /// <summary>How many buckets there are.</summary>
    public const int Buckets = 64;

    /// <summary>Separates bucket and attempt.</summary>
    public const char Separator = '~';

    /// <summary>The bucket of a source: the same on every machine, so that what is asked twice meets itself.</summary>
    public static int BucketOf(string instruction, string? input)
    {
        var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(instruction.AsSpan()));
        if (!string.IsNullOrEmpty(input))
        {
            hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(input.AsSpan()), (long)hash);
        }

        return (int)(hash % Buckets);
    }

    /// <summary>A grain's key.</summary>
    public static string Key(int bucket, int attempt) => attempt == 0 ? Keys[bucket] : $"{Keys[bucket]}{Separator}{attempt}";

    /// <summary>A key's parts; any other key is a bucket by itself.</summary>
    public static (string Bucket, int Attempt) Parse(string key)
    {
        var at = key.IndexOf(Separator, StringComparison.Ordinal);
        return at >= 0 && int.TryParse(key.AsSpan(at + 1), out var attempt) ? (key[..at], attempt) : (key, 0);
    }

    private static readonly string[] Keys = [.. Enumerable.Range(0, Buckets).Select(bucket => $"{bucket}")];
}
