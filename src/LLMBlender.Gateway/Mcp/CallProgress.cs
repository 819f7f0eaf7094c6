using LLMBlender.Abstractions;
using ModelContextProtocol;

namespace LLMBlender.Gateway.Mcp;

/// <summary>Reports a blend's progress: a step for each member, one for the ranking and one for the fusion.</summary>
/// <param name="progress">The call's progress.</param>
internal sealed class CallProgress(IProgress<ProgressNotificationValue> progress)
{
    // Ranking and fusion follow the members.
    private const int LaterSteps = 2;

    private int members;
    private int done;

    /// <summary>Reports what an event says; nothing for those without a step.</summary>
    public void Report(BlendEvent? update)
    {
        switch (update)
        {
            case { Kind: BlendEventKind.Asking, Members: { } asked }:
                members += asked.Length;
                Report($"asking {string.Join(", ", asked)}");
                break;
            case { Kind: BlendEventKind.Member, Member: { } member }:
                done++;
                Report(member.Failure is null ? $"{member.Name} answered" : $"{member.Name} failed");
                break;
            case { Kind: BlendEventKind.Ranked }:
                done++;
                Report("ranked");
                break;
            case { Kind: BlendEventKind.Fusing, Name: { } fuser }:
                done++;
                Report($"{fuser} fuses");
                break;
        }
    }

    private void Report(string message) => progress.Report(new ProgressNotificationValue { Progress = done, Total = Math.Max(members + LaterSteps, done), Message = message });
}
