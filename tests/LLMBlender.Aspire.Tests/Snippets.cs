using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace LLMBlender.Aspire.Tests;

/// <summary>The app host of docs/quickstart/dotnet.md, compiled; SnippetTests of the cluster's tests compares the text.</summary>
internal static class Snippets
{
    public static void AppHost(IDistributedApplicationBuilder builder)
    {
        var blend = builder.AddLLMBlender("blend")
            .WithRedis(builder.AddRedis("redis"))
            .WithBackend("gpt", "openai", "https://api.openai.com/v1", "gpt-5-mini", builder.AddParameter("openai-key", secret: true))
            .WithBackend("llama", "ollama", "http://127.0.0.1:11434", "llama3.2")
            .WithPanel("house", ["gpt", "llama"], fuser: "gpt");
        builder.AddProject<Projects.Shop>("shop").WithReference(blend).WaitFor(blend);
    }

    // Stands for that of the package Aspire.Hosting.Redis.
    private static IResourceBuilder<IResourceWithConnectionString> AddRedis(this IDistributedApplicationBuilder builder, string name) => builder.AddConnectionString(name);

    // Stands for the classes that Aspire generates for an app's projects.
    private static class Projects
    {
        internal sealed class Shop : IProjectMetadata
        {
            public string ProjectPath => "shop.csproj";
        }
    }
}
