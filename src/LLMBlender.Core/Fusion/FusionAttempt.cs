using System.Text;

namespace LLMBlender.Core.Fusion;

/// <summary>The raw result of a fuser, before it is accepted or rejected.</summary>
/// <param name="Text">What it wrote.</param>
/// <param name="Usage">What that cost.</param>
/// <param name="Problem">Why it failed; null where it did not.</param>
public sealed record FusionAttempt(string Text, FusionUsage Usage, string? Problem = null)
{
    /// <summary>Asks a fuser. Its failure is a value here; only cancelling throws.</summary>
    /// <param name="fuser">Who fuses.</param>
    /// <param name="request">What.</param>
    /// <param name="written">Called with every piece of text as it is written.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
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
