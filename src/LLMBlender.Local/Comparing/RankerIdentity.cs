using System.Security.Cryptography;
using System.Text;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Local.Comparing;

/// <summary>Which ranker: equal versions give equal logits.</summary>
/// <param name="Name">What requests call it.</param>
/// <param name="Version">A hash over weights, precision and truncation.</param>
public sealed record RankerIdentity(string Name, string Version)
{
    /// <summary>A hash of all that a logit depends on beside the texts.</summary>
    public static string VersionOf(ModelManifest manifest, PairRankerOptions options)
    {
        var identity = string.Join(
            '\n',
            manifest.Id,
            manifest.TensorHash,
            manifest.Precision,
            options.SourceMaxLength ?? manifest.SourceMaxLength,
            options.CandidateMaxLength ?? manifest.CandidateMaxLength);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16));
    }
}
