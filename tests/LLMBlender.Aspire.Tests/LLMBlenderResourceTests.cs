using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace LLMBlender.Aspire.Tests;

public sealed class LLMBlenderResourceTests
{
    [Fact]
    public async Task Resource_WithBackendsAndPanels_SetsTheServersConfiguration()
    {
        var builder = Create();
        var key = builder.AddParameter("key", "k-123", secret: true);
        var blend = builder.AddLLMBlender("blend")
            .WithBackend("gpt", "openai", "https://api.example/v1", "m", key)
            .WithBackend("llama", "ollama", "http://127.0.0.1:11434", "llama3.2")
            .WithPanel("house", ["gpt", "llama"], fuser: "gpt");

        var settings = await EnvironmentAsync(blend.Resource);

        Assert.Equal("gpt", settings["LLMBlender__Backends__0__Name"]);
        Assert.Equal("https://api.example/v1", settings["LLMBlender__Backends__0__Url"]);
        Assert.Equal("k-123", settings[settings["LLMBlender__Backends__0__KeyVariable"]]);
        Assert.Equal("ollama", settings["LLMBlender__Backends__1__Kind"]);
        Assert.False(settings.ContainsKey("LLMBlender__Backends__1__KeyVariable"));
        Assert.Equal(["house", "gpt", "llama", "gpt"], new[] { "Name", "Members__0", "Members__1", "Fuser" }.Select(name => settings[$"LLMBlender__Panels__0__{name}"]));
    }

    [Fact]
    public async Task App_WithReferenceToAClusterOverRedis_GetsTheClientsOptions()
    {
        var builder = Create();
        builder.Configuration["ConnectionStrings:redis"] = "redis.example:6379,password=p";
        var blend = builder.AddLLMBlender("blend").WithRedis(builder.AddConnectionString("redis"));
        var app = builder.AddExecutable("app", "app", ".").WithReference(blend);

        var settings = await EnvironmentAsync(app.Resource);

        Assert.Equal(("redis.example:6379,password=p", "blend"), (settings["LLMBlender__Client__Redis"], settings["LLMBlender__Client__ClusterId"]));
        Assert.False(settings.ContainsKey("LLMBlender__Client__GatewayPort"));
        Assert.Equal("redis.example:6379,password=p", (await EnvironmentAsync(blend.Resource))["LLMBLENDER_REDIS"]);
    }

    [Fact]
    public void Panel_WithoutMembers_IsRefused()
    {
        var blend = Create().AddLLMBlender("blend");

        Assert.Throws<ArgumentOutOfRangeException>(() => blend.WithPanel("house", []));
    }

    private static IDistributedApplicationBuilder Create() => DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });

    // Endpoints have no port before the app runs; all other values are known.
    private static async Task<Dictionary<string, string>> EnvironmentAsync(IResource resource)
    {
        var context = new EnvironmentCallbackContext(new DistributedApplicationExecutionContext(DistributedApplicationOperation.Run), resource);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in context.EnvironmentVariables.Where(static one => one.Key.StartsWith("LLMB", StringComparison.OrdinalIgnoreCase)))
        {
            values[name] = value is IValueProvider provider ? await provider.GetValueAsync(TestContext.Current.CancellationToken) ?? "" : value.ToString()!;
        }

        return values;
    }
}
