using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Core.Tests.Blending;

/// <summary>A panel whose members' reports are given, in the order of arrival.</summary>
internal sealed class FakePanel(params MemberReport[] reports) : ICandidateSource
{
    public string Name => "panel";

    public IReadOnlyList<string> Members { get; init; } = [.. reports.Select(static report => report.Name)];

    public IReadOnlyList<IReadOnlyList<string>> Stages { get => field ?? [Members]; init; }

    public AcceptanceRule? Acceptance { get; init; }

    public IReadOnlyDictionary<string, double>? Probabilities { get; init; }

    public int Asked { get; private set; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public int AllowedStages { get; init; } = int.MaxValue;

    public int? Finished { get; private set; }

    public int Quorum { get; init; } = 1;

    public bool CanStream { get; init; }

    public decimal StageCost { get; init; }

    public decimal ExpectedCost(int stage) => StageCost;

    public bool Allows(int stage) => stage < AllowedStages;

    public void Finish(int stages) => Finished = stages;

    public async IAsyncEnumerable<MemberReport> AskAsync(int stage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Asked++;
        foreach (var report in Stages.Count == 1 ? reports : reports.Where(report => Stages[stage].Contains(report.Name)))
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return report;
        }
    }

    // Every letter, then the report.
    public async IAsyncEnumerable<PanelUpdate> AskStreamingAsync(int stage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var report in AskAsync(stage, cancellationToken))
        {
            foreach (var letter in report.Text ?? "")
            {
                yield return new PanelUpdate(report.Name, $"{letter}", null);
            }

            yield return new PanelUpdate(report.Name, "", report);
        }
    }

    public async IAsyncEnumerable<MemberUpdate> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var letter in reports[0].Text ?? "")
        {
            yield return new MemberUpdate($"{letter}", null);
        }

        yield return new MemberUpdate("", reports[0]);
    }

    public static MemberReport Answered(string name, string text) =>
        new() { Name = name, Text = text, PromptTokens = 10, CompletionTokens = 1, Cost = 0.5m };

    public static MemberReport Failed(string name, BlendFailureReason reason) =>
        new() { Name = name, Failure = new BlendFailure(name, reason, "no luck") };
}

/// <summary>Ranks by text length, the longest first; a comparison's margin and failures are given.</summary>
internal sealed class FakeRanking : IRankingService
{
    public BlendException? RankFails { get; init; }

    public BlendException? CompareFails { get; init; }

    public float Margin { get; init; } = 1;

    /// <summary>The confidence of each ranking in turn; none after the last.</summary>
    public double?[] Confidences { get; init; } = [];

    public List<RankingRequest> Rankings { get; } = [];

    public List<CompareRequest> Comparisons { get; } = [];

    public Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default)
    {
        Rankings.Add(request);
        if (RankFails is { } failure)
        {
            throw failure;
        }

        var lengths = Array.ConvertAll(request.Candidates, static candidate => candidate.Text.Length);
        return Task.FromResult(new RankingResponse
        {
            Ranks = Array.ConvertAll(lengths, length => 1 + lengths.Count(other => other > length)),
            Scores = Array.ConvertAll(lengths, static length => (double)length),
            Comparisons = 6,
            Reused = 0,
            Ranker = "fake",
            PromptTokens = 100,
            CompletionTokens = 10,
            Cost = 0.25m,
            Confidence = Confidences.ElementAtOrDefault(Rankings.Count - 1),
        });
    }

    public Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default)
    {
        Comparisons.Add(request);
        return CompareFails is { } failure
            ? throw failure
            : Task.FromResult(new CompareResponse(Margin, Math.Sign(Margin)) { PromptTokens = 1000, CompletionTokens = 100, Cost = 2m });
    }
}

/// <summary>Fuses to a given answer, streamed letter by letter; failures are given.</summary>
internal sealed class FakeFusion(string answer) : IFusionService
{
    /// <summary>Fails before the first letter.</summary>
    public BlendException? Fails { get; init; }

    /// <summary>Fails after the first letter.</summary>
    public BlendException? FailsLater { get; init; }

    /// <summary>The failure that the response reports.</summary>
    public BlendFailure? Reports { get; init; }

    public string Fuser { get; init; } = "fuser";

    public List<FuseRequest> Requests { get; } = [];

    public Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default)
    {
        Requests.Add(request);
        return Fails is { } failure ? throw failure : Task.FromResult(Response());
    }

    public async IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(FuseRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Requests.Add(request);
        await Task.Yield();
        if (Fails is { } failure)
        {
            throw failure;
        }

        foreach (var letter in answer)
        {
            yield return new FuseUpdate($"{letter}", null);
            if (FailsLater is { } later)
            {
                throw later;
            }
        }

        yield return new FuseUpdate("", Response());
    }

    private FuseResponse Response() => new(answer, Fuser == SelectFuser.FuserName ? [0] : [0, 1], Fuser, 10_000, 1000) { Cost = 4m, Failure = Reports };
}
