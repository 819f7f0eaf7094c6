using LLMBlender.Inference.Onnx;

namespace LLMBlender.Inference.Models;

/// <summary>The names of precisions on command lines and in manifests.</summary>
public static class PrecisionNames
{
    /// <summary>All names.</summary>
    public static readonly IReadOnlyList<string> All = ["fp32", "fp16", "int8", "int8-weights", "int4"];

    /// <summary>fp32, fp16, int8, int8-weights or int4.</summary>
    public static string Of(Precision precision) => All[(int)precision];

    /// <summary>The precision of a name.</summary>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    public static Precision Parse(string name)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i] == name)
            {
                return (Precision)i;
            }
        }

        throw new ArgumentException($"precision \"{name}\" is unknown: it must be one of {string.Join(", ", All)}", nameof(name));
    }
}
