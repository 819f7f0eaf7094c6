using System.Security.Cryptography;
using System.Text;
using LLMBlender.Abstractions;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Local.Comparing;

/// <summary>The name and version of a ranker. Rankers of equal versions compute equal logits.</summary>
/// <param name="Name">The name that requests use.</param>
/// <param name="Version">A hash of weights, precision and truncation.</param>
public sealed record RankerIdentity(string Name, string Version)
{
    /// <summary>The ranker's kind and calibration; null if not known.</summary>
    public RankerInfo? Info { get; init; }

    /// <summary>Returns a hash of everything besides the texts that a logit depends on.</summary>
    public static string VersionOf(ModelManifest manifest, PairRankerOptions options)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(options);
        return VersionOf(manifest, options.SourceMaxLength ?? manifest.SourceMaxLength, options.CandidateMaxLength ?? manifest.CandidateMaxLength);
    }

    /// <summary>Returns a hash of everything besides the texts that a logit depends on.</summary>
    /// <param name="manifest">The model's manifest.</param>
    /// <param name="lengths">The limits of texts or rows.</param>
    public static string VersionOf(ModelManifest manifest, params ReadOnlySpan<int?> lengths)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var identity = $"{manifest.Id}\n{manifest.TensorHash}\n{manifest.Precision}\n{string.Join('\n', lengths.ToArray())}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16));
    }
}
