using System.Text;

namespace LLMBlender.Core.Fusion;

/// <summary>The raw result of a fuser, before it is accepted or rejected.</summary>
/// <param name="Text">The generated text.</param>
/// <param name="Usage">The token usage.</param>
/// <param name="Problem">Why it failed; null if it succeeded.</param>
public sealed record FusionAttempt(string Text, FusionUsage Usage, string? Problem = null)
{
    /// <summary>Runs a fuser. A failure is returned as a value; only cancellation throws.</summary>
    /// <param name="fuser">The fuser.</param>
    /// <param name="request">The request.</param>
    /// <param name="written">Called with every piece of text when it is generated.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static async Task<FusionAttempt> OfAsync(
        IFuser fuser, FusionRequest request, Action<string>? written = null, CancellationToken cancellationToken = default)
    {
        var text = new StringBuilder();
        var usage = FusionUsage.None;
        try
        {
            await foreach (var part in fuser.FuseAsync(request, cancellationToken).WithCancellation(cancellationToken))
            {
                text.Append(part.Text);
                usage = part.Usage ?? usage;
                if (part.Text.Length > 0)
                {
                    written?.Invoke(part.Text);
                }
            }

            return new FusionAttempt(text.ToString(), usage);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new FusionAttempt(text.ToString(), usage, e.Message);
        }
    }
}
