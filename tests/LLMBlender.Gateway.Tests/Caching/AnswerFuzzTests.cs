using LLMBlender.Abstractions;
using LLMBlender.Gateway.Caching;
using LLMBlender.TestKit.Fuzzing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Serialization;

namespace LLMBlender.Gateway.Tests.Caching;

/// <summary>Entries of the store of answers that another program wrote: an answer, or none.</summary>
public sealed class AnswerFuzzTests
{
    private static readonly BlendResponse Answer = new("a", "2 is the number", [], [], new BlendUsage(1, 2, 0)) { MadeFrom = [0], Warnings = ["w"], Confidence = 0.5 };

    [Fact]
    public async Task Find_ChangedEntry_IsAnAnswerOrNone()
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var answers = services.GetRequiredService<Serializer<BlendResponse>>();
        var format = new SealedAnswer(new Checksum());
        var store = new ChangedStore();
        using var metrics = new AnswerCacheMetrics();
        var cache = new AnswerCache(store, format, services.GetRequiredService<Serializer<BlendRequest>>(), answers, metrics, TimeProvider.System, NullLogger<AnswerCache>.Instance);

        // With a code that fits, as a program without the cluster's key can make where there is none; and without.
        await Fuzz.RunAsync(3000, [answers.SerializeToArray(Answer)], async changed =>
        {
            store.Entry = format.Write("key", DateTimeOffset.UtcNow.AddHours(1), changed);
            return await cache.FindAsync("key") is { } found && found.Answer.Length + found.Candidates.Length + found.Failures.Length + found.Warnings.Length + found.Stages.Length >= 0;
        });
        var mutator = new Mutator(Fuzz.Seed);
        for (var i = 0; i < 500; i++)
        {
            store.Entry = mutator.Bytes(format.Write("key", DateTimeOffset.UtcNow.AddHours(1), answers.SerializeToArray(Answer)));
            _ = await cache.FindAsync("key");
        }
    }

    private sealed class ChangedStore : IAnswerStore
    {
        public byte[] Entry { get; set; } = [];

        public ValueTask<byte[]?> ReadAsync(string key) => new(Entry);

        public ValueTask WriteAsync(string key, byte[] entry, TimeSpan lifetime) => ValueTask.CompletedTask;
    }
}
