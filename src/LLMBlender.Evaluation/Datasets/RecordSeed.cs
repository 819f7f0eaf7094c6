using System.Security.Cryptography;
using System.Text;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>A seed from a record's id, so that random choices of a record don't depend on the other records.</summary>
internal static class RecordSeed
{
    /// <summary>The first 64 bits of the id's SHA-256.</summary>
    public static ulong Of(string id) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
