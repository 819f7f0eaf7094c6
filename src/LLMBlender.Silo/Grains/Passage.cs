using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Silo.Grains;

/// <summary>A blend by a panel of one, which has nothing to rank and nothing to choose: what its member writes is the answer, word by word.</summary>
internal sealed class Passage(PanelInquiry inquiry, BlendProgress blend, BlendWatch watch, Deadline deadline)
{
    /// <summary>Whether a request can be answered so.</summary>
    public static bool Suits(BlendRequest request, Panel? panel) =>
        panel?.IsPassage == true && request is { Fuser: SelectFuser.FuserName, WithProgress: false, Format: null, Tools: null };

    /// <summary>The answer's pieces, and at last the response.</summary>
    public async IAsyncEnumerable<BlendUpdate> StreamAsync()
    {
        await using var pieces = inquiry.StreamAsync().GetAsyncEnumerator();
        while (await NextAsync(pieces))
        {
            if (pieces.Current.Report is { } report)
            {
                Conclude(report);
                yield return new BlendUpdate("", blend.Response());
                yield break;
            }

            yield return new BlendUpdate(pieces.Current.Piece, null);
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<(string Piece, MemberReport? Report)> pieces)
    {
        try
        {
            return await pieces.MoveNextAsync();
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            var late = inquiry.TimedOut();
            watch.Failed(late);
            throw late;
        }
        catch (Exception e) when (watch.Failed(e))
        {
            throw;
        }
    }

    private void Conclude(MemberReport report)
    {
        try
        {
            blend.Asked(inquiry.Panel, [report]);
            watch.Ended();
        }
        catch (Exception e) when (watch.Failed(e))
        {
            throw;
        }
    }
}
