using LLMBlender.Training.Data;
using static TorchSharp.torch;
using Linear = TorchSharp.Modules.Linear;

namespace LLMBlender.Training.Runs;

/// <summary>
/// Logits of every token for the auxiliary losses of training: one for each of <see cref="TokenMarks"/>' questions, then the token's share in
/// its candidate's score.
/// </summary>
internal sealed class TokenHead : nn.Module
{
    private readonly Linear linear;

    public TokenHead(int hiddenSize)
        : base(nameof(TokenHead))
    {
        linear = nn.Linear(hiddenSize, TokenMarks.Count + 1);
        register_module("linear", linear);
    }

    /// <summary>[B, L, hidden] to answers [B, L, questions] and shares [B, L].</summary>
    public (Tensor Answers, Tensor Shares) Forward(Tensor hidden)
    {
        Tensor logits = linear.forward(hidden);
        return (logits.narrow(-1, 0, TokenMarks.Count), logits.select(-1, TokenMarks.Count));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            linear.Dispose();
        }

        base.Dispose(disposing);
    }
}
