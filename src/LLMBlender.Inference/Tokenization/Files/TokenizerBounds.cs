using LLMBlender.Inference.Tokenization.Normalization;
using LLMBlender.Inference.Tokenization.PreTokenization;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Limits the work that a tokenizer's file can cause for each text.</summary>
internal static class TokenizerBounds
{
    /// <summary>The maximum number of normalizers, and of pre-tokenizers. Published tokenizers have at most ten.</summary>
    public const int MaxSteps = 32;

    /// <summary>The maximum factor by which replacements may lengthen a text, in bytes. Published tokenizers have compatibility mappings (11) and a space of three bytes.</summary>
    public const double MaxGrowth = 64;

    /// <summary>Returns the normalizers.</summary>
    /// <exception cref="ModelException">They are too many, or lengthen texts too much.</exception>
    public static Normalizer[] Checked(Normalizer[] normalizers, string file)
    {
        if (normalizers.Length > MaxSteps)
        {
            throw new ModelException(file, $"\"normalizer\" has {normalizers.Length} steps, and at most {MaxSteps} are supported");
        }

        var growth = normalizers.Aggregate(1.0, static (product, step) => product * Math.Max(1, step.Growth));
        return growth <= MaxGrowth
            ? normalizers
            : throw new ModelException(file, $"\"normalizer\" lengthens texts up to {growth:0.#} times, and at most {MaxGrowth} times are supported");
    }

    /// <summary>Returns the pre-tokenizers.</summary>
    /// <exception cref="ModelException">They are too many.</exception>
    public static PreTokenizer[] Checked(PreTokenizer[] preTokenizers, string file) => preTokenizers.Length <= MaxSteps
        ? preTokenizers
        : throw new ModelException(file, $"\"pre_tokenizer\" has {preTokenizers.Length} steps, and at most {MaxSteps} are supported");
}
