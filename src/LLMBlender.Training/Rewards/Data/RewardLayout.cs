using LLMBlender.Inference.Tokenization;
using LLMBlender.Training.Rewards.Network;

namespace LLMBlender.Training.Rewards.Data;

/// <summary>Lays out [CLS] source [SEP] answer [SEP].</summary>
/// <param name="cls">Opens a row.</param>
/// <param name="sep">Closes a text.</param>
/// <param name="maxLength">Tokens of a row at most.</param>
/// <param name="sourceLimit">Tokens of a source at most where the row is full.</param>
internal sealed class RewardLayout(int cls, int sep, int maxLength, int sourceLimit)
{
    private const int Controls = 3;

    /// <summary>The row of an answer. A source that is too long keeps its end: a conversation's last question stands there.</summary>
    public RewardRow Row(int[] source, int[] answer)
    {
        var (kept, room) = Cut(source.Length, answer.Length);
        return new RewardRow([cls, .. source.AsSpan(source.Length - kept), sep, .. answer.AsSpan(0, room), sep], kept + 2);
    }

    /// <summary>Tokens of a row.</summary>
    public int LengthOf(int[] source, int[] answer)
    {
        var (kept, room) = Cut(source.Length, answer.Length);
        return kept + room + Controls;
    }

    private (int Source, int Answer) Cut(int source, int answer) =>
        TokenRow.CutToLimit(source, answer, maxLength - Controls, sourceLimit);
}
