using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Hosts;
using LLMBlender.Cli.Panels;
using LLMBlender.Cli.Show;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Cli.Verbs;

/// <summary>Displays blends while they run: the ranking, the fused answer as it is streamed, and which answer is selected.</summary>
internal sealed class BlendDisplay(BlendShow show)
{
    private readonly List<BlendFailure> failedMembers = [];
    private RankedBlend? ranked;
    private StreamedText? writing;
    private double rankingStart;
    private double rankingEnd;
    private long fusingStart;

    /// <summary>Runs and displays one blend.</summary>
    /// <returns>Its ranking, or null if that failed, and the duration of ranking in seconds.</returns>
    public async Task<(RankedBlend? Ranked, double Seconds)> ShowAsync(IBlenderHost host, BlendRequest request, CancellationToken cancellationToken)
    {
        var fuser = host.FuserOf(request);
        var writes = fuser is not (null or SelectFuser.FuserName);
        var asked = request with { WithProgress = true, WithDraft = writes, Timeout = RequestTime.Longest };
        BlendResponse? response = null;
        try
        {
            await foreach (var update in host.Blender.BlendStreamingAsync(asked, cancellationToken))
            {
                if (update.Event is { } step)
                {
                    Show(request, step, writes ? fuser : null);
                }

                writing?.Write(update.Text);
                response = update.Response;
            }
        }
        catch (BlendException e) when (ranked is not null && e.What == FusionAnswer.Step && e.Parameter is null)
        {
            // The partial fused answer is discarded; the best candidate is the answer.
            writing?.End();
            show.Remark($"{e.Message}\n");
            ShowBest(ranked.Candidates[ranked.Best].Text);
        }

        if (response is not null)
        {
            ShowEnd(response);
        }

        if (ranked is not null)
        {
            show.Cost(1, ranked.Candidates.Length, ranked.Ranking.Comparisons, TimeSpan.FromSeconds(rankingEnd - rankingStart));
        }

        return (ranked, rankingEnd - rankingStart);
    }

    /// <summary>Runs all records of the sample panel: displays one blend in detail, and one line for each other ranking.</summary>
    public async Task ShowSamplesAsync(IBlenderHost host, BlendRequest options, CancellationToken cancellationToken)
    {
        var samples = SamplePanel.Records.Select(static sample => sample.Record).ToList();
        var (first, seconds) = await ShowAsync(
            host, options with { Instruction = samples[0].Instruction, Input = samples[0].Input }, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var all = new List<RankedBlend>();
        if (first is not null)
        {
            all.Add(first);
        }

        await host.RunAsync(
            samples.Skip(1),
            static _ => 0,
            async (blender, sample, token) => RankedBlend.Create(sample.Instruction, sample.Input, sample.Candidates, await blender.RankAsync(
                new RankingRequest { Instruction = sample.Instruction, Input = sample.Input, Candidates = sample.Candidates, Aggregation = options.Aggregation }, token)),
            all.AddRange,
            static _ => { },
            cancellationToken);
        show.Gap();
        show.Overview(all);
        show.Gap();
        show.Winners(all);
        show.Cost(
            all.Count,
            all.Sum(static blend => blend.Candidates.Length),
            all.Sum(static blend => blend.Ranking.Comparisons),
            TimeSpan.FromSeconds(seconds) + Stopwatch.GetElapsedTime(start));
        show.Hint("Another one, whole:", $"llmblender blend \"{samples[9].Instruction}\"");
    }

    private void Show(BlendRequest request, BlendEvent step, string? fuser)
    {
        switch (step.Kind)
        {
            case BlendEventKind.Member when step.Member?.Failure is { } failure:
                failedMembers.Add(failure);
                break;
            case BlendEventKind.Ranking:
                rankingStart = step.Seconds;
                break;
            case BlendEventKind.Ranked when step is { Candidates: { } candidates, Ranking: { } ranking }:
                rankingEnd = step.Seconds;
                ranked = new RankedBlend(request.Instruction, request.Input, candidates, ranking);
                show.Ranked(ranked, failedMembers);
                break;
            case BlendEventKind.Fusing when fuser is not null && ranked is not null:
                fusingStart = Stopwatch.GetTimestamp();
                writing = show.Fusing(fuser, Math.Min(request.TopK ?? FusionRequest.DefaultTopK, ranked.Candidates.Length));
                break;
        }
    }

    private void ShowEnd(BlendResponse response)
    {
        var failures = response.Failures.ToLookup(static failure => failure.What is FusionAnswer.Step or BlendWorkflow.Guard);
        if (writing is not null && response.Fusion is { } fusion)
        {
            writing.End();
            show.Decided(fusion, failures[true].FirstOrDefault(), Stopwatch.GetElapsedTime(fusingStart));
        }

        // The ranking lists the members that failed before it.
        var remarks = failures[false].Where(failure => ranked is null || !failedMembers.Contains(failure)).ToList();
        foreach (var failure in remarks)
        {
            show.Remark($"{failure.What}: {failure.Message}");
        }

        if (remarks.Count > 0)
        {
            show.Gap();
        }

        if (response.Fusion is not { Given: BlendGiven.Fused } || writing is null)
        {
            ShowBest(response.Answer);
        }
    }

    private void ShowBest(string text) => show.Answer(ranked is null ? null : ranked.Name(ranked.Best), text);
}
