using System.Security.Cryptography;
using System.Text;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Local.Comparing;

/// <summary>The name and version of a ranker. Rankers of equal versions compute equal logits.</summary>
/// <param name="Name">The name that requests use.</param>
/// <param name="Version">A hash of weights, precision and truncation.</param>
public sealed record RankerIdentity(string Name, string Version)
{
    /// <summary>Returns a hash of everything besides the texts that a logit depends on.</summary>
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
