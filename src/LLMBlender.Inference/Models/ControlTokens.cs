using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Models;

/// <summary>The markers that LLM-Blender adds to its backbone's tokenizer, in order.</summary>
internal static class ControlTokens
{
    public const string Source = "<|source|>";
    public const string First = "<|candidate1|>";
    public const string Second = "<|candidate2|>";
    public const string Single = "<|candidate|>";

    /// <summary>The tokenizer with the markers: missing ones are appended in order.</summary>
    public static Tokenizer AddTo(Tokenizer tokenizer)
    {
        string[] all = [Source, First, Second, Single];
        return all.All(marker => tokenizer.Find(marker) is not null) ? tokenizer : tokenizer.WithAddedTokens(all);
    }

    /// <summary>The ids of a ranker's control tokens.</summary>
    /// <exception cref="ModelException">The tokenizer lacks one.</exception>
    public static RankerTokens Of(Tokenizer tokenizer, string folder)
    {
        int Id(string role, int? id) =>
            id ?? throw new ModelException(folder, $"the tokenizer has no {role} token, and a ranker needs one");
        return new RankerTokens(
            Id("pad", tokenizer.PadId),
            Id("cls", tokenizer.ClsId),
            Id("sep", tokenizer.SepId),
            Id(Source, tokenizer.Find(Source)),
            Id(First, tokenizer.Find(First)),
            Id(Second, tokenizer.Find(Second)));
    }
}
