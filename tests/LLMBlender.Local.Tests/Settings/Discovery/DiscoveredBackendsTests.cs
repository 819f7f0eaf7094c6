using System.Net;
using System.Net.Sockets;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Settings.Discovery;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Local.Tests.Settings.Discovery;

/// <summary>The search for models, against a real HTTP server with a fake of each API.</summary>
public sealed class DiscoveredBackendsTests : IAsyncLifetime
{
    private FakeModelServer server = null!;

    public async ValueTask InitializeAsync() => server = await FakeModelServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Find_Ollama_IsTheDefaultPanelWithTheLargestModelAsFuser()
    {
        foreach (var model in (string[])["gemma3:4b", "llama3.2:3b", "nomic-embed-text:latest", "qwen3:14b", "qwen3:8b"])
        {
            server.On(model, "x");
        }

        var found = await FindAsync([Ollama()]);

        var panel = Assert.Single(found.Panels);
        Assert.Equal(("local", "ollama/qwen3:14b", 1), (panel.Name, panel.Fuser, panel.Samples));
        Assert.Equal(["ollama/gemma3:4b", "ollama/llama3.2:3b", "ollama/qwen3:14b", "ollama/qwen3:8b"], panel.Members);
        Assert.Equal(
            $"panel \"local\", the default, asks gemma3:4b, llama3.2:3b, qwen3:14b and qwen3:8b (Ollama on {new Uri(server.Url).Authority}) and fuses with qwen3:14b",
            Assert.Single(found.Notes));
    }

    [Fact]
    public async Task Find_ManyModels_AreOfDifferentFamiliesFirst()
    {
        foreach (var model in (string[])["llama3.1:8b", "llama3.2:3b", "llama3.3:70b", "mistral:7b", "phi4:14b"])
        {
            server.On(model, "x");
        }

        var found = await FindAsync([Ollama()]);

        Assert.Equal(["ollama/llama3.1:8b", "ollama/mistral:7b", "ollama/phi4:14b", "ollama/llama3.2:3b"], found.Panels[0].Members);
        Assert.Equal("ollama/llama3.3:70b", Assert.Single(found.Others).Name);
    }

    [Fact]
    public async Task Find_OneModel_IsAskedSeveralTimes()
    {
        server.On("llama3.2", "x");

        var panel = Assert.Single((await FindAsync([Ollama()])).Panels);

        Assert.Equal((3, "select"), (panel.Samples, panel.Fuser));
    }

    [Fact]
    public async Task Find_OpenAICompatibleServer_IsAskedWithItsKey()
    {
        server.On("Qwen/Qwen3-8B", "x");
        var place = new ServerPlace("vllm", "vLLM", BackendSettings.OpenAI, new Uri(server.Url), "MY_KEY");

        var backend = Assert.Single((await FindAsync([place], [], "MY_KEY")).Backends);

        Assert.Equal(("vllm/Qwen/Qwen3-8B", server.Url, "Qwen/Qwen3-8B", "MY_KEY"), (backend.Name, backend.Url, backend.Model, backend.KeyVariable));
        Assert.Equal("Bearer value", Assert.Single(server.ListKeys));
    }

    [Fact]
    public async Task Find_ServerOfLLMBlender_IsNotAModelServer()
    {
        server.On("sample", "x");
        server.Owner = "llmblender";

        Assert.Empty((await FindAsync([new ServerPlace("llama.cpp", "llama.cpp", BackendSettings.OpenAI, new Uri(server.Url))])).Backends);
    }

    [Fact]
    public async Task Find_Keys_ArePanelBehindTheLocalOne()
    {
        server.On("m-small", "x");

        var found = await FindAsync([Ollama()], [Provider("a", "A_KEY", "m-small"), Provider("b", "B_KEY", "m-small")], "A_KEY", "B_KEY");

        Assert.Equal(["local", "providers"], found.Panels.Select(panel => panel.Name));
        Assert.Equal(["a/m-small", "b/m-small"], found.Panels[1].Members);
        Assert.Contains("; panel \"providers\" asks m-small and m-small (with A_KEY and B_KEY)", Assert.Single(found.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_OneKey_AsksSeveralModelsThatTheProviderLists()
    {
        foreach (var model in (string[])["big-pro", "new-mini", "text-embedding-3-small", "usual-mini"])
        {
            server.On(model, "x");
        }

        var found = await FindAsync([], [Provider("p", "P_KEY", "gone-mini", "usual-mini")], "P_KEY");

        Assert.Equal(["p/usual-mini", "p/new-mini", "p/big-pro"], Assert.Single(found.Panels).Members);
        Assert.Equal("Bearer value", Assert.Single(server.ListKeys));
    }

    [Fact]
    public async Task Find_ProviderThatDoesNotList_HasItsUsualModels()
    {
        var found = await FindAsync([], [new Providers("p", BackendSettings.OpenAI, Closed(), "P_KEY") { Models = ["usual-mini"] }], "P_KEY");

        Assert.Equal("p/usual-mini", Assert.Single(found.Backends).Name);
    }

    [Fact]
    public async Task Find_ServerThatAcceptsAndSaysNothing_IsNotAwaitedForLong()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var place = new ServerPlace("vllm", "vLLM", BackendSettings.OpenAI, new Uri($"http://{silent.LocalEndpoint}/v1"));

        var found = await DiscoveredBackends.FindAsync(_ => null, [place], [], TimeSpan.FromMilliseconds(50), default);

        Assert.Empty(found.Backends);
        Assert.Empty(found.Notes);
    }

    [Theory]
    [InlineData(null, "http://127.0.0.1:11434/")]
    [InlineData("0.0.0.0", "http://127.0.0.1:11434/")]
    [InlineData("0.0.0.0:12000", "http://127.0.0.1:12000/")]
    [InlineData(":12000", "http://127.0.0.1:12000/")]
    [InlineData("10.0.0.9", "http://10.0.0.9:11434/")]
    [InlineData("gpu.example:80", "http://gpu.example/")]
    [InlineData("https://gpu.example", "https://gpu.example/")]
    [InlineData("http://user:secret@gpu.example", "http://127.0.0.1:11434/")]
    public void Places_OllamaHost_IsReadAsOllamaDoes(string? host, string url) => Assert.Equal(
        url, ServerPlace.All(name => name == "OLLAMA_HOST" ? host : null).Single(place => place.Name == "ollama").Url.ToString());

    [Theory]
    [InlineData(null, 4, null)]
    [InlineData("https://api.openai.com/v1", 4, null)]
    [InlineData("http://127.0.0.1:8000/v1/", 4, "OPENAI_API_KEY")]
    [InlineData("http://10.0.0.7:9000/v1", 5, "OPENAI_API_KEY")]
    public void Places_OpenAIBaseUrl_IsAServerWithTheKey(string? url, int count, string? key)
    {
        var places = ServerPlace.All(name => name switch { "OPENAI_BASE_URL" => url, "OPENAI_API_KEY" => "k", _ => null });

        Assert.Equal((count, key), (places.Count, places.FirstOrDefault(place => place.Name == "openai")?.KeyVariable));
    }

    [Theory]
    [InlineData("llama3.2:3b", true, "LLAMA", 3)]
    [InlineData("meta-llama/Meta-Llama-3.1-8B-Instruct", true, "LLAMA", 8)]
    [InlineData("qwen2.5-coder-0.5b", true, "QWEN", 0.5)]
    [InlineData("mxbai-embed-large", false, "MXBAI", 0)]
    [InlineData("BAAI/bge-reranker-v2-m3", false, "BGE", 0)]
    [InlineData("whisper-1", false, "WHISPER", 0)]
    [InlineData("text-embedding-3-small", false, "TEXT", 0)]
    public void Model_Name_SaysUseFamilyAndSize(string id, bool chats, string family, double billions)
    {
        var model = new ListedModel(id, null, ListedModel.ReadBillions(id));

        Assert.Equal((chats, family, billions), (model.Chats, model.Family, model.Billions));
    }

    private ServerPlace Ollama() => new("ollama", "Ollama", BackendSettings.Ollama, new Uri(new Uri(server.Url).GetLeftPart(UriPartial.Authority)));

    private Providers Provider(string name, string key, params string[] models) => new(name, BackendSettings.OpenAI, server.Url, key) { Models = models };

    private static string Closed()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}/v1";
    }

    private static Task<DiscoveredBackends> FindAsync(ServerPlace[] places, Providers[]? providers = null, params string[] variables) =>
        DiscoveredBackends.FindAsync(name => variables.Contains(name) ? "value" : null, places, providers ?? [], TimeSpan.FromMinutes(1), default);
}
