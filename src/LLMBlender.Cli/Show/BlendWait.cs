using LLMBlender.Abstractions;
using Spectre.Console;

namespace LLMBlender.Cli.Show;

/// <summary>Shows on standard error what a blend waits for, while its answer goes to a pipe or file.</summary>
/// <param name="console">Standard error.</param>
internal sealed class BlendWait(IAnsiConsole console)
{
    /// <summary>Runs a blend.</summary>
    public async Task<BlendResponse> BlendAsync(IBlender blender, BlendRequest request, CancellationToken cancellationToken)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Capabilities.Ansi)
        {
            return await blender.BlendAsync(request with { Timeout = RequestTime.Longest }, cancellationToken);
        }

        BlendResponse? response = null;
        await console.Status().Spinner(Spinner.Known.Dots).StartAsync("asking the panel", async status =>
        {
            var (members, answered, failed) = (0, 0, 0);
            await foreach (var update in blender.BlendStreamingAsync(
                request with { WithProgress = true, Timeout = RequestTime.Longest }, cancellationToken))
            {
                response = update.Response ?? response;
                if (update.Event is not { } step)
                {
                    continue;
                }

                members = step.Members?.Length ?? members;
                answered += step.Member is { Failure: null } ? 1 : 0;
                failed += step.Member is { Failure: not null } ? 1 : 0;
                status.Status = step.Kind switch
                {
                    BlendEventKind.Ranking => "ranking the answers",
                    BlendEventKind.Fusing => "fusing the best answers",
                    _ => $"{answered} of {members} answered{(failed > 0 ? $", {failed} failed" : "")}",
                };
            }
        });
        return response!;
    }
}
