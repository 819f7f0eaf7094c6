using System.Security.Cryptography;
using System.Text;

namespace LLMBlender.Gateway.Recording;

/// <summary>
/// The part of an answer's id that says that a gateway of this cluster gave it, so that each of them knows it without asking another: 20 random hexadecimal
/// digits and 12 of their code.
/// </summary>
internal static class AnswerId
{
    private const int Random = 10;
    private const int Code = 6;

    /// <summary>Creates an id.</summary>
    public static string Create(ISeal seal)
    {
        Span<byte> id = stackalloc byte[Random + Code];
        RandomNumberGenerator.Fill(id[..Random]);
        Sign(seal, id[..Random]).CopyTo(id[Random..]);
        return Convert.ToHexStringLower(id);
    }

    /// <summary>Returns the part of an id, such as <c>chatcmpl-…</c>, that <see cref="Create"/> made; null if none did.</summary>
    public static string? Find(ISeal seal, string id)
    {
        var part = id[(id.LastIndexOfAny(['-', '_']) + 1)..];
        if (part.Length != 2 * (Random + Code) || !part.All(char.IsAsciiHexDigitLower))
        {
            return null;
        }

        var bytes = Convert.FromHexString(part);
        return CryptographicOperations.FixedTimeEquals(Sign(seal, bytes.AsSpan(0, Random)), bytes.AsSpan(Random)) ? part : null;
    }

    private static byte[] Sign(ISeal seal, ReadOnlySpan<byte> random)
    {
        var code = new byte[seal.Size];
        seal.Sign(Encoding.ASCII.GetBytes($"answer {Convert.ToHexStringLower(random)}"), code);
        return code[..Code];
    }
}
