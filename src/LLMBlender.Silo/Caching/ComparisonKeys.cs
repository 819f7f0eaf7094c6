using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Caching;

/// <summary>Creates the keys of one source's comparisons. Each text is hashed once, regardless of the number of pairs.</summary>
internal sealed class ComparisonKeys
{
    private const byte Format = 2;
    private const int Digest = SHA256.HashSizeInBytes;
    private const int Half = ComparisonKey.Size / 2;

    // The first half of each candidate's hash, which covers format, ranker, source and the candidate.
    private readonly byte[] candidates;

    /// <param name="ranker">The ranker, whose version covers weights, precision and truncation.</param>
    /// <param name="source">Instruction and input.</param>
    /// <param name="texts">The candidates.</param>
    public ComparisonKeys(RankerIdentity ranker, string source, IReadOnlyList<string> texts)
    {
        Span<byte> content = stackalloc byte[1 + (3 * Digest)];
        Span<byte> hash = stackalloc byte[Digest];
        content[0] = Format;
        SHA256.HashData(Encoding.UTF8.GetBytes(ranker.Version), content[1..]);
        Hash(source, content[(1 + Digest)..]);
        candidates = new byte[texts.Count * Half];
        for (var i = 0; i < texts.Count; i++)
        {
            Hash(texts[i], content[(1 + (2 * Digest))..]);
            SHA256.HashData(content, hash);
            hash[..Half].CopyTo(candidates.AsSpan(i * Half));
        }
    }

    /// <summary>Returns the key of a pair.</summary>
    public ComparisonKey Of(CandidatePair pair)
    {
        Span<byte> key = stackalloc byte[ComparisonKey.Size];
        candidates.AsSpan(pair.First * Half, Half).CopyTo(key);
        candidates.AsSpan(pair.Second * Half, Half).CopyTo(key[Half..]);
        return ComparisonKey.Of(key);
    }

    // Hashes UTF-16 code units: an encoder would map different ill-formed characters to the same bytes.
    private static void Hash(string text, Span<byte> hash) => SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), hash);
}
