using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;

namespace LLMBlender.Local.Panels;

/// <summary>Whom a request asks within its limits of cost and calls, and by which names. Serves one request.</summary>
internal sealed class PanelPlan
{
    // Until an answer is there, nobody knows its length: this many tokens are expected, or fewer where a limit says so.
    private const int ExpectedTokens = 512;

    private const double CharactersPerToken = 4;

    private readonly Panel panel;
    private readonly Func<string, decimal> expected;

    private PanelPlan(Panel panel, (string Backend, int Sample, string Name)[][] stages, Func<string, decimal> expected) =>
        (this.panel, Stages, this.expected) = (panel, stages, expected);

    /// <summary>Whom to ask, by stage.</summary>
    public (string Backend, int Sample, string Name)[][] Stages { get; private set; }

    /// <summary>What the caller should know about members that are not asked.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Creates the plan of a request.</summary>
    /// <exception cref="BlendException">No member's expected cost is within the limit.</exception>
    public static PanelPlan Create(Panel panel, BlendRequest request, PanelRegistry backends)
    {
        var slots = request.Member is not null && Array.FindAll(panel.Slots(), slot => slot.Name == request.Member) is { Length: > 0 } only ? [only] : panel.StageSlots();
        var plan = new PanelPlan(panel, slots, member => Expected(member, request, backends));
        if (panel.MaxCalls is not null || panel.MaxCost is not null)
        {
            plan.Limit();
        }

        return plan;
    }

    /// <summary>The expected cost of a stage.</summary>
    public decimal ExpectedCost(int stage) => Stages[stage].Sum(slot => expected(slot.Backend));

    /// <summary>Whether the limits allow a later stage.</summary>
    /// <param name="stage">The stage's number.</param>
    /// <param name="spent">What the stages before it have cost.</param>
    public bool Allows(int stage, decimal spent) => panel.MaxCost is not { } most || spent + ExpectedCost(stage) <= most;

    // Calls are counted over all stages; the cost of later stages is weighed when that of the earlier ones is known.
    private void Limit()
    {
        var (calls, cost) = (0, 0m);
        var (outOfCalls, outOfMoney) = (new List<string>(), new List<string>());
        var stages = new List<(string, int, string)[]>();
        for (var i = 0; i < Stages.Length; i++)
        {
            var isFirst = i == 0;
            (string, int, string)[] kept = [.. Stages[i].Where(slot => Takes(slot, isFirst))];
            if (kept.Length > 0)
            {
                stages.Add(kept);
            }
        }

        if (stages.Count == 0 || (calls == 0 && outOfMoney.Count > 0))
        {
            var least = Stages[0].Min(slot => expected(slot.Backend));
            throw BlendException.Invalid(
                PanelOverride.MaxCost,
                string.Create(CultureInfo.InvariantCulture, $"\"max_cost\" is {panel.MaxCost}, and the cheapest answer of panel \"{panel.Name}\" is expected to cost {least:0.########}"));
        }

        Stages = [.. stages];
        Warnings =
        [
            .. outOfCalls.Count == 0 ? (string[])[] : [string.Create(CultureInfo.InvariantCulture, $"not asked, because max_calls is {panel.MaxCalls}: {string.Join(", ", outOfCalls)}")],
            .. outOfMoney.Count == 0 ? (string[])[] : [string.Create(CultureInfo.InvariantCulture, $"not asked, because max_cost is {panel.MaxCost}: {string.Join(", ", outOfMoney)}")],
        ];

        bool Takes((string Backend, int Sample, string Name) slot, bool isFirst)
        {
            if (calls >= (panel.MaxCalls ?? int.MaxValue))
            {
                outOfCalls.Add(slot.Name);
                return false;
            }

            var price = isFirst ? expected(slot.Backend) : 0;
            if (cost + price > (panel.MaxCost ?? decimal.MaxValue))
            {
                outOfMoney.Add(slot.Name);
                return false;
            }

            (calls, cost) = (calls + 1, cost + price);
            return true;
        }
    }

    private static decimal Expected(string member, BlendRequest request, PanelRegistry backends)
    {
        if (backends.FindBackend(member) is not { } backend)
        {
            return 0;
        }

        var characters = request.Messages?.Sum(static turn => turn.Text.Length) ?? (request.Instruction.Length + (request.Input?.Length ?? 0));
        var limit = Prompt.Least(request.Sampling?.MaxTokens, backend.Settings?.MaxTokens);
        return backend.Cost((long)Math.Ceiling(characters / CharactersPerToken), Math.Min(limit ?? ExpectedTokens, ExpectedTokens)) ?? 0;
    }
}
