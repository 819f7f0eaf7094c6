using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;
using StackExchange.Redis;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>Real processes that are broken, a real Prometheus that scrapes them, and the alerts that it raises.</summary>
public sealed class LiveAlertTests(BusyServer busy) : IClassFixture<BusyServer>
{
    private const string Key = "a-key";
    private const int MostRequests = 24;

    /// <summary>Whether Prometheus and Redis are installed.</summary>
    public static bool IsInstalled => Tool.IsInstalled && RedisServer.IsInstalled;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Tool.SkipReason)]
    public async Task Prometheus_OfBrokenProcesses_RaisesTheirAlerts()
    {
        await using var scene = await Scene.SetAsync();
        await using var prometheus = new PrometheusServer(scene.Targets);

        await prometheus.WhenFiredAsync(
            "ProcessDown", "NotReady", "WorkersDisagree", "ModelMissing", "ServerErrors", "BlendsFail", "StepsFail", "BackendFails", "PanelTooFew",
            "PanelThin", "QueueFills", "Refusals", "RequestsNearLimit", "CacheCorrupt", "UnknownKeys");

        await scene.Redis.KillAsync();
        await prometheus.WhenFiredAsync("CacheFails");

        // Members learn of each other's death through Redis.
        await scene.Redis.StartAsync();
        await scene.Main.KillAsync();
        await prometheus.WhenFiredAsync("NoWorkers");
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Tool.SkipReason)]
    public async Task Prometheus_OfAWholeProcess_RaisesNone()
    {
        await using var prometheus = new PrometheusServer([busy.Url]);
        await using var load = await Load.StartAsync(busy.Url, concurrency: 1);

        await load.WhenAnsweredMoreAsync(20);
        await prometheus.WhenWindowsAreFullAsync();

        Assert.Empty(await prometheus.FiringAsync());
        await load.EndWithoutFailureAsync("none");
    }

    /// <summary>One process with everything wrong that a process can have, two that are wrong otherwise, and one that isn't there.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly TemporaryFolder folder = new();
        private readonly List<ServeProcess> processes = [];
        private readonly CancellationTokenSource stop = new();
        private readonly List<Task> work = [];
        private readonly HttpClient http = new() { Timeout = Until.Patience };
        private FakeModelServer models = null!;

        public RedisServer Redis { get; } = new();

        public ServeProcess Main => processes[0];

        public IEnumerable<Uri> Targets => [.. processes.Select(process => process.Url), new Uri($"http://127.0.0.1:{FreePort.Next()}")];

        public static async Task<Scene> SetAsync()
        {
            var scene = new Scene { models = await FakeModelServer.StartAsync() };
            await scene.Redis.StartAsync();
            scene.models.On("good", call => call.AnswerAsync($"It is {Guid.NewGuid()}."));
            scene.models.On("ill", call => call.FailAsync(500, "out of order"));
            scene.models.On("hangs", call => call.HangAsync());
            scene.folder.Write("main.json", scene.Config());
            scene.folder.Write("bare.json", """{"LLMBlender":{"Accelerators":[]}}""");
            scene.processes.Add(ServeProcess.Start("all", "--redis", scene.Redis.Address, "--cluster-id", "main", "--config", scene.folder.File("main.json")));

            // One finds nobody who blends, one has nothing to compare with.
            scene.processes.Add(ServeProcess.Start("gateway", "--cluster-id", "alone"));
            scene.processes.Add(ServeProcess.Start("compare", "--redis", scene.Redis.Address, "--cluster-id", "main", "--config", scene.folder.File("bare.json")));
            foreach (var process in scene.processes)
            {
                await process.WhenReadyAsync();
            }

            scene.Work();
            return scene;
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await Task.WhenAll(work).WaitAsync(Until.Patience);
            foreach (var process in processes)
            {
                await process.DisposeAsync();
            }

            await Redis.DisposeAsync();
            await models.DisposeAsync();
            http.Dispose();
            stop.Dispose();
            folder.Dispose();
        }

        private string Config() => JsonSerializer.Serialize(new
        {
            LLMBlender = new
            {
                Cache = new { MemoryEntries = 1 },
                Queue = new { MaxTokens = 100 },
                Admission = new { MaxRequests = MostRequests },
                Gateway = new { Callers = new[] { new { Name = "test", KeySha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key))) } } },
                Backends = new[] { "good", "ill", "hangs" }.Select(name => new { Name = name, Model = name, models.Url, Attempts = 1, BreakerCalls = 1000 }),
                Panels = new object[]
                {
                    new { Name = "dead", Members = new[] { "ill" } },
                    new { Name = "lame", Members = new[] { "good", "ill" }, Fuser = "ill" },
                    new { Name = "stuck", Members = new[] { "hangs" } },
                },
            },
        });

        // What nobody waits for is counted; whether it is answered is nobody's business here.
        private void Work()
        {
            foreach (var panel in new[] { "dead", "lame" })
            {
                work.Add(RepeatAsync(() => PostAsync("/v1/blend", new { instruction = $"What is {Guid.NewGuid()}?", panel }, Key)));
            }

            for (var i = 0; i < MostRequests - 3; i++)
            {
                work.Add(RepeatAsync(() => PostAsync("/v1/blend", new { instruction = "What?", panel = "stuck", timeout = 300 }, Key)));
            }

            for (var i = 0; i < 3; i++)
            {
                work.Add(RepeatAsync(() => PostAsync("/v1/rank", Question.Long($"{Guid.NewGuid()}").Json, Key)));
            }

            work.Add(RepeatAsync(() => PostAsync("/v1/rank", Question.Short("a wrong key").Json, "another-key")));
            work.Add(RepeatAsync(CorruptAsync));
            work.Add(RepeatAsync(() => PostAsync("/v1/rank", Question.Short("what is corrupt").Json, Key)));
        }

        private async Task CorruptAsync()
        {
            try
            {
                foreach (var key in await Redis.CachedKeysAsync())
                {
                    await Redis.UseAsync((database, _) => database.StringSetAsync(key, "garbage"));
                }
            }
            catch (RedisException)
            {
                // It has been killed.
                await Task.Delay(1000, stop.Token);
            }
        }

        private async Task RepeatAsync(Func<Task> act)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await act();
                    await Task.Delay(100, stop.Token);
                }
                catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
                {
                    await Task.WhenAny(Task.Delay(500, stop.Token));
                }
            }
        }

        private async Task PostAsync(string path, object body, string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Main.Url, path)) { Content = JsonContent.Create(body) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var response = await http.SendAsync(request, stop.Token);
            await response.Content.ReadAsByteArrayAsync(stop.Token);
        }
    }
}
