using System.Security.Cryptography;
using System.Text;

namespace LLMBlender.Silo.Sealing;

/// <summary>
/// The secret that the silos of a cluster share. What they write to Redis has a code made with it (HMAC-SHA256, 16 bytes), so that another program that
/// writes there is noticed. Safe for concurrent use.
/// </summary>
public sealed class ClusterKey
{
    /// <summary>Length of a code in bytes.</summary>
    public const int CodeSize = 16;

    /// <summary>The fewest characters of a key.</summary>
    public const int FewestCharacters = 32;

    // The first one makes codes; all are accepted.
    private readonly byte[][] keys;

    private ClusterKey(byte[][] keys) => this.keys = keys;

    /// <summary>Reads a file with a key, or with several, one a line: the first one is used, and the others are accepted too, so that keys can be replaced.</summary>
    /// <exception cref="ArgumentException">The file cannot be read, has no key, or a key that is too short.</exception>
    public static ClusterKey Read(string file)
    {
        try
        {
            return Parse(File.ReadAllText(file), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"{file} cannot be read: {e.Message}", nameof(file), e);
        }
    }

    /// <summary>Parses the text of a key file.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="name">The file's name, for errors.</param>
    /// <exception cref="ArgumentException">There is no key, or one is too short.</exception>
    public static ClusterKey Parse(string text, string name = "the key")
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
        {
            throw new ArgumentException($"{name} is empty, and must hold a key of at least {FewestCharacters} characters", nameof(text));
        }

        return Array.Find(lines, static line => line.Length < FewestCharacters) is { } bad
            ? throw new ArgumentException($"{name} has a key of {bad.Length} characters, and a key must have at least {FewestCharacters}", nameof(text))
            : new ClusterKey(Array.ConvertAll(lines, static line => SHA256.HashData(Encoding.UTF8.GetBytes(line))));
    }

    /// <summary>Writes the code of a content.</summary>
    /// <param name="content">The content, which must say what it is, because one key makes the codes of all kinds.</param>
    /// <param name="code"><see cref="CodeSize"/> bytes.</param>
    public void Sign(ReadOnlySpan<byte> content, Span<byte> code) => Sign(keys[0], content, code);

    /// <summary>Returns whether a code is that of a content.</summary>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> code)
    {
        Span<byte> expected = stackalloc byte[CodeSize];
        foreach (var key in keys)
        {
            Sign(key, content, expected);
            if (CryptographicOperations.FixedTimeEquals(expected, code))
            {
                return true;
            }
        }

        return false;
    }

    private static void Sign(byte[] key, ReadOnlySpan<byte> content, Span<byte> code)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, content, hash);
        hash[..CodeSize].CopyTo(code);
    }
}
