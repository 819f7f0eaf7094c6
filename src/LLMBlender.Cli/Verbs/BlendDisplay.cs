using System.Diagnostics;
using System.Globalization;
using System.Text;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Hosts;
using LLMBlender.Cli.Panels;
using LLMBlender.Cli.Show;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Fusion;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LLMBlender.Cli.Verbs;

/// <summary>Displays blends while they run: the members' answers, the ranking, the fused answer, and which answer is selected.</summary>
/// <param name="show">Writes to the terminal.</param>
/// <param name="showsMembers">Whether members are shown while they answer; recorded answers come at once.</param>
internal sealed class BlendDisplay(BlendShow show, bool showsMembers)
{
    private readonly List<BlendFailure> failedMembers = [];
    private readonly PanelProgress progress = show.Progress();
    private readonly StringBuilder draft = new();

    // Updates are read while the content is drawn.
    private readonly Lock gate = new();
    private RankedBlend? ranked;
    private BlendResponse? response;
    private StreamedText? writing;
    private string? fuser;
    private bool isFusing;
    private int fusedCandidates;
    private double rankingStart;
    private double rankingEnd;
    private long fusingStart;

    private bool IsLive => showsMembers && progress.IsLive;

    /// <summary>Runs and displays one blend.</summary>
    /// <returns>Its ranking, or null if that failed, and the duration of ranking in seconds.</returns>
    public async Task<(RankedBlend? Ranked, double Seconds)> ShowAsync(IBlenderHost host, BlendRequest request, CancellationToken cancellationToken)
    {
        fuser = host.FuserOf(request) is { } name and not SelectFuser.FuserName ? name : null;
        var asked = request with { WithProgress = true, WithDraft = fuser is not null, Timeout = RequestTime.Longest };
        await using var updates = host.Blender.BlendStreamingAsync(asked, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            await ReadAsync(updates, request, Progress, () => ranked is null);
            if (ranked is not null)
            {
                show.Ranked(ranked, failedMembers);
            }

            await ReadAsync(updates, request, Draft, static () => true);
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
        show.Hint("Your own question, to the models that you have:", "llmblender blend \"Why is the sky blue?\"");
    }

    // Reads updates until one after which the condition is false.
    private async Task ReadAsync(IAsyncEnumerator<BlendUpdate> updates, BlendRequest request, Func<IRenderable> content, Func<bool> goesOn)
    {
        if (IsLive && response is null)
        {
            await show.LiveAsync(Content, RunAsync);
        }
        else
        {
            await RunAsync();
        }

        IRenderable Content()
        {
            lock (gate)
            {
                return content();
            }
        }

        async Task RunAsync()
        {
            while (await updates.MoveNextAsync())
            {
                lock (gate)
                {
                    Take(request, updates.Current);
                    if (!goesOn())
                    {
                        return;
                    }
                }
            }
        }
    }

    private void Take(BlendRequest request, BlendUpdate update)
    {
        if (update.Event is { } step)
        {
            Take(request, step);
        }

        writing?.Write(update.Text);
        draft.Append(update.Text);
        response = update.Response ?? response;
    }

    private void Take(BlendRequest request, BlendEvent step)
    {
        switch (step.Kind)
        {
            case BlendEventKind.Asking when showsMembers:
                progress.Ask(step.Members ?? []);
                break;
            case BlendEventKind.Member when step.Member is { } member:
                if (showsMembers)
                {
                    progress.Add(member);
                }

                if (member.Failure is { } failure)
                {
                    failedMembers.Add(failure);
                }

                break;
            case BlendEventKind.Ranking:
                rankingStart = step.Seconds;
                progress.Step("ranking the answers");
                break;
            case BlendEventKind.Ranked when step is { Candidates: { } candidates, Ranking: { } ranking }:
                rankingEnd = step.Seconds;
                ranked = new RankedBlend(request.Instruction, request.Input, candidates, ranking);
                break;
            case BlendEventKind.Fusing when fuser is not null && ranked is not null:
                fusingStart = Stopwatch.GetTimestamp();
                isFusing = true;
                fusedCandidates = Math.Min(request.TopK ?? FusionRequest.DefaultTopK, ranked.Candidates.Length);
                writing = IsLive ? null : show.Fusing(fuser, fusedCandidates);
                draft.Clear();
                break;
        }
    }

    // The only member of a panel streams its answer before it is ranked.
    private IRenderable Progress() => draft.Length == 0 ? progress.Current() : new Rows(progress.Current(), MarkdownText.Of(draft.ToString()));

    private IRenderable Draft() => isFusing ? BlendShow.Draft(fuser!, fusedCandidates, draft.ToString()) : Text.Empty;

    private void ShowEnd(BlendResponse end)
    {
        var failures = end.Failures.ToLookup(static failure => failure.What is FusionAnswer.Step or BlendWorkflow.Guard);
        if (isFusing && end.Fusion is { } fusion)
        {
            writing?.End();
            if (IsLive && fusion.Given is not BlendGiven.Fused && draft.Length > 0)
            {
                show.Rejected(fuser!, draft.ToString());
            }

            show.Decided(fusion, failures[true].FirstOrDefault(), Stopwatch.GetElapsedTime(fusingStart));
        }

        // The ranking lists the members that failed before it.
        var remarks = failures[false].Where(failure => ranked is null || !failedMembers.Contains(failure)).ToList();
        foreach (var failure in remarks)
        {
            show.Remark($"{failure.What}: {failure.Message}");
        }

        if (Stages(end) is { } stages)
        {
            show.Remark(stages);
        }

        if (remarks.Count > 0 || end.Stages.Length > 0)
        {
            show.Gap();
        }

        if (end.Fusion is not { Given: BlendGiven.Fused } || !isFusing)
        {
            ShowBest(end.Answer);
        }
        else if (IsLive)
        {
            show.Answer($"fused by {fuser} from the best {BlendShow.Best(fusedCandidates)}", end.Answer);
        }
    }

    // Why members were not asked.
    private static string? Stages(BlendResponse end)
    {
        if (end.Stages.Length == 0)
        {
            return null;
        }

        var others = end.Stages.Where(static stage => stage.Outcome is StageOutcome.NotAsked).SelectMany(static stage => stage.Members).DefaultIfEmpty("nobody");
        var last = Array.FindLast(end.Stages, static stage => stage.Outcome is not StageOutcome.NotAsked)!;
        var why = last.Outcome switch
        {
            StageOutcome.Answered => $"The route asked {string.Join(", ", last.Members)}",
            StageOutcome.Agreed => "Enough answers say the same",
            StageOutcome.NotWorth => "Another stage would cost more than it can bring",
            StageOutcome.Spent => "The limit of cost or calls is reached",
            StageOutcome.Accepted => string.Create(CultureInfo.InvariantCulture, $"Accepted{(last.Confidence is { } confidence ? $" with confidence {confidence:0.00}" : "")}"),
            _ => null,
        };
        return why is null ? "All stages asked: no answer was accepted before." : $"{why}; not asked: {string.Join(", ", others)}.";
    }

    private void ShowBest(string text) => show.Answer(ranked is null ? "" : $"by {ranked.Name(ranked.Best)}", text);
}
