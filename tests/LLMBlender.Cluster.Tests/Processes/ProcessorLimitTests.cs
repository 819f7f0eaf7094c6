using System.Globalization;
using LLMBlender.Cluster.Tests.Operations;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>The program within limits of processors and memory: threads and budgets follow what it may use, and not what the machine has.</summary>
public sealed class ProcessorLimitTests
{
    private const long Memory = 3L << 30;
    private const string Root = "/sys/fs/cgroup";

    private static readonly string Group = $"llmblender-test-{Environment.ProcessId}";

    [Fact]
    public async Task Serve_OnOneProcessorOfTheMachine_ComputesWithOneThread()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/taskset"), "needs taskset");

        await using var serve = ServeProcess.StartUnder(["taskset", "-c", "0"], "all");
        await serve.WhenReadyAsync();

        await Until.IsSoAsync(() => serve.Log.Any(static line => line.Contains("models compute with 1 thread; int8 by ", StringComparison.Ordinal)), "it says that it computes with one thread");
    }

    // A group of the kernel's, as a container has one.
    [Fact]
    public async Task Serve_InAGroupOfOneProcessorAndLittleMemory_FollowsBoth()
    {
        var folders = Limit();
        Assert.SkipWhen(folders.Length == 0, "needs a writable /sys/fs/cgroup with the controllers cpu and memory");
        try
        {
            var joining = string.Join("; ", folders.Select(folder => $"echo $$ > {folder}/cgroup.procs"));
            await using var serve = ServeProcess.StartUnder(["sh", "-c", $"{joining}; exec \"$@\"", "sh"], "all");
            await serve.WhenReadyAsync();
            var scrape = await Scrape.OfAsync(serve.Url);

            await Until.IsSoAsync(() => serve.Log.Any(static line => line.Contains("models compute with 1 thread; ", StringComparison.Ordinal)), "it says that it computes with one thread");
            Assert.InRange(scrape.Sum("llmblender_accelerator_memory_bytes", ("kind", "total")), 1, Memory);
        }
        finally
        {
            Array.ForEach(folders, Directory.Delete);
        }
    }

    // The folders of the new group; none where the machine has no such groups, or they can't be written.
    private static string[] Limit()
    {
        List<string> made = [];
        try
        {
            if (Directory.Exists($"{Root}/cpu") && Directory.Exists($"{Root}/memory"))
            {
                Write("cpu", "cpu.cfs_period_us", "100000");
                Write("cpu", "cpu.cfs_quota_us", "100000");
                Write("memory", "memory.limit_in_bytes", Memory.ToString(CultureInfo.InvariantCulture));
            }
            else if (File.Exists($"{Root}/cgroup.subtree_control"))
            {
                Write("", "cpu.max", "100000 100000");
                Write("", "memory.max", Memory.ToString(CultureInfo.InvariantCulture));
            }

            return [.. made];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            made.ForEach(Directory.Delete);
            return [];
        }

        void Write(string controller, string file, string value)
        {
            var folder = Path.Combine(Root, controller, Group);
            if (!made.Contains(folder))
            {
                Directory.CreateDirectory(folder);
                made.Add(folder);
            }

            File.WriteAllText(Path.Combine(folder, file), value);
        }
    }
}
