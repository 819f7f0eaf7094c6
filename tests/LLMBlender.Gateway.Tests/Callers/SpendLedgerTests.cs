using LLMBlender.Gateway.RateLimiting;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace LLMBlender.Gateway.Tests.Callers;

public sealed class SpendLedgerTests
{
    private readonly Clock clock = new();
    private readonly Counter counter = new();

    [Fact]
    public async Task Today_TwoGateways_CountTogether()
    {
        var (one, other) = (Ledger(), Ledger());

        await one.AddAsync(0.25m, 100);
        await other.AddAsync(0.5m, 200);
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal((0.75m, 300), await one.TodayAsync());
        Assert.Equal((0.75m, 300), await other.TodayAsync());
    }

    [Fact]
    public async Task Today_WithinASecond_AsksTheCounterOnce()
    {
        var ledger = Ledger();
        for (var i = 0; i < 10; i++)
        {
            await ledger.TodayAsync();
        }

        Assert.Equal(1, counter.Calls);
    }

    [Fact]
    public async Task Today_CounterAway_CountsHereAndTellsItLater()
    {
        var ledger = Ledger();
        counter.Fault = new RedisException("away");
        await ledger.AddAsync(0.25m, 100);
        await ledger.AddAsync(0.25m, 100);

        Assert.Equal((0.5m, 200), await ledger.TodayAsync());

        counter.Fault = null;
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((0.5m, 200), await ledger.TodayAsync());
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((0.5m, 200), await Ledger().TodayAsync());
    }

    [Fact]
    public async Task Today_CounterSlow_CountsOnce()
    {
        var ledger = Ledger();
        var slow = counter.Held = new TaskCompletionSource();
        await ledger.AddAsync(0.25m, 100);
        counter.Held = null;
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((0.25m, 100), await ledger.TodayAsync());

        slow.SetResult();
        await counter.Last;
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal((0.25m, 100), await Ledger().TodayAsync());
        Assert.Equal((0.25m, 100), await ledger.TodayAsync());
    }

    [Fact]
    public async Task Today_CounterFailsUnforeseen_CountsHere()
    {
        var ledger = Ledger();
        counter.Fault = new InvalidOperationException("what is stored there is no number");

        await ledger.AddAsync(0.25m, 100);

        Assert.Equal((0.25m, 100), await ledger.TodayAsync());
    }

    [Fact]
    public async Task Today_NextDay_BeginsAtNothing()
    {
        var ledger = Ledger();
        await ledger.AddAsync(1, 1);

        clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal((0m, 0L), await ledger.TodayAsync());
    }

    [Fact]
    public async Task Today_NoCounter_CountsByItself()
    {
        var ledger = new SpendLedger("me", null, clock, NullLogger.Instance);

        await ledger.AddAsync(0.1m, 5);

        Assert.Equal((0.1m, 5L), await ledger.TodayAsync());
    }

    private SpendLedger Ledger() => new("me", counter, clock, NullLogger.Instance);

    private sealed class Clock : TimeProvider
    {
        private TimeSpan passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => passed += time;

        public override long GetTimestamp() => passed.Ticks;

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero) + passed;
    }

    private sealed class Counter : ISharedCounter
    {
        private readonly Dictionary<(string, DateOnly), (long Billionths, long Tokens)> totals = [];

        public Exception? Fault { get; set; }

        public TaskCompletionSource? Held { get; set; }

        public Task Last { get; private set; } = Task.CompletedTask;

        public int Calls { get; private set; }

        public Task<(long Billionths, long Tokens)> AddAsync(string caller, DateOnly day, long billionths, long tokens)
        {
            Calls++;
            if (Fault is not null)
            {
                throw Fault;
            }

            if (Held is not { } held)
            {
                return Task.FromResult(Add(caller, day, billionths, tokens));
            }

            var added = AddLaterAsync();
            Last = added;
            return added;

            async Task<(long Billionths, long Tokens)> AddLaterAsync()
            {
                await held.Task;
                return Add(caller, day, billionths, tokens);
            }
        }

        private (long Billionths, long Tokens) Add(string caller, DateOnly day, long billionths, long tokens)
        {
            var total = totals.GetValueOrDefault((caller, day));
            return totals[(caller, day)] = (total.Billionths + billionths, total.Tokens + tokens);
        }
    }
}
