using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Caching;

/// <summary>Creates the keys of one source's comparisons. Each text is hashed once, regardless of the number of pairs.</summary>
internal sealed class ComparisonKeys
{
    private const byte Format = 1;
    private const int Digest = SHA256.HashSizeInBytes;

    // Format, ranker and source, which are equal for all pairs and precede the two candidates.
    private readonly byte[] shared = new byte[1 + (2 * Digest)];
    private readonly byte[] candidates;

    /// <param name="ranker">The ranker, whose version covers weights, precision and truncation.</param>
    /// <param name="source">Instruction and input.</param>
    /// <param name="texts">The candidates.</param>
    public ComparisonKeys(RankerIdentity ranker, string source, IReadOnlyList<string> texts)
    {
        shared[0] = Format;
        SHA256.HashData(Encoding.UTF8.GetBytes(ranker.Version), shared.AsSpan(1));
        Hash(source, shared.AsSpan(1 + Digest));
        candidates = new byte[texts.Count * Digest];
        for (var i = 0; i < texts.Count; i++)
        {
            Hash(texts[i], candidates.AsSpan(i * Digest));
        }
    }

    /// <summary>Returns the key of a pair.</summary>
    public ComparisonKey Of(CandidatePair pair)
    {
        Span<byte> content = stackalloc byte[1 + (4 * Digest)];
        Span<byte> hash = stackalloc byte[Digest];
        shared.CopyTo(content);
        candidates.AsSpan(pair.First * Digest, Digest).CopyTo(content[shared.Length..]);
        candidates.AsSpan(pair.Second * Digest, Digest).CopyTo(content[(shared.Length + Digest)..]);
        SHA256.HashData(content, hash);
        return ComparisonKey.Of(hash);
    }

    // Hashes UTF-16 code units: an encoder would map different ill-formed characters to the same bytes.
    private static void Hash(string text, Span<byte> hash) => SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), hash);
}
