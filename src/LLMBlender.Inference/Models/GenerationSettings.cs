using LLMBlender.Inference.Onnx;

namespace LLMBlender.Inference.Models;

/// <summary>
/// Reads the generation settings of <c>generation_config.json</c>, with <c>config.json</c> as fallback: the control tokens are used, and
/// settings that would change every answer and are not supported cause an error. Lengths and beams are specified by the caller.
/// </summary>
internal static class GenerationSettings
{
    /// <summary>The file's name in a checkpoint's folder.</summary>
    public const string FileName = "generation_config.json";

    /// <summary>The control tokens of a sequence-to-sequence model.</summary>
    /// <exception cref="ModelException">A token out of range, or a setting that is not supported.</exception>
    public static GeneratorTokens ReadTokens(string folder, ConfigFile config, int vocabulary)
    {
        var path = Path.Combine(folder, FileName);
        var own = File.Exists(path) ? ConfigFile.Read(path) : config;
        RefuseWhatIsNotBuilt(own);
        int Id(string field, int missing)
        {
            var file = own.Has(field) ? own : config;
            return file.Integer(field, 0, vocabulary - 1, missing);
        }

        var pad = Id("pad_token_id", 0);
        return new GeneratorTokens(pad, Id("eos_token_id", 1), Id("decoder_start_token_id", pad));
    }

    private static void RefuseWhatIsNotBuilt(ConfigFile file)
    {
        void Neutral(string field, double value)
        {
            if (file.Has(field) && file.Number(field, double.MinValue, double.MaxValue, value) != value)
            {
                throw file.Refused(field, $"only {value} is supported");
            }
        }

        Neutral("repetition_penalty", 1);
        Neutral("no_repeat_ngram_size", 0);
        Neutral("encoder_no_repeat_ngram_size", 0);
        Neutral("min_length", 0);
        Neutral("min_new_tokens", 0);
        foreach (var field in (string[])["forced_bos_token_id", "forced_eos_token_id", "suppress_tokens", "begin_suppress_tokens", "bad_words_ids"])
        {
            if (file.Has(field))
            {
                throw file.Refused(field, "forced and suppressed tokens are not supported");
            }
        }
    }
}
