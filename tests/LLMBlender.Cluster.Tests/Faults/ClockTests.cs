using System.Globalization;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Faults;

/// <summary>The machine's clock is changed while a process serves.</summary>
public sealed class ClockTests : IAsyncDisposable
{
    public const string SkipReason = "libfaketime is not installed (Debian: faketime)";

    private static readonly string? Library = Directory.Exists("/usr/lib")
        ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu").Select(static folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists) : null;

    private readonly TemporaryFolder folder = new();
    private ServeProcess? process;

    public static bool HasLibrary => Library is not null;

    [Theory(SkipUnless = nameof(HasLibrary), Skip = SkipReason)]
    [InlineData(-3_600)]
    [InlineData(-31_536_000)]
    [InlineData(315_360_000)]
    public async Task Clock_Changed_NoRequestFails(int seconds)
    {
        var offset = folder.Write("offset", "+0");
        process = ServeProcess.Start("all", new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Library!,
            ["FAKETIME_TIMESTAMP_FILE"] = offset,
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        });
        await process.WhenReadyAsync();
        using var client = new RankingClient(process.Url);
        var before = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => client.RankAsync(Question.Short($"before {i}"))));

        folder.Write("offset", seconds.ToString("+0;-0", CultureInfo.InvariantCulture));

        // Of so many questions, most go to grains that are not yet active.
        var after = await client.RankAllAsync([.. Enumerable.Range(0, 60).Select(static i => Question.Short($"after {i}"))]);
        Assert.All([.. before, .. after], static ranking => Assert.Equal(3, ranking.Ranks.Length));
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        folder.Dispose();
    }
}
