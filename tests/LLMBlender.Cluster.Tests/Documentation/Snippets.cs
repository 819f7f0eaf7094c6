using LLMBlender.Abstractions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LLMBlender.Cluster.Tests.Documentation;

/// <summary>The C# of the documents, compiled; <see cref="SnippetTests"/> compares the text.</summary>
internal static class Snippets
{
    public static async Task InProcessAsync(HostApplicationBuilder builder, IHost host, IChatClient gpt, IChatClient claude)
    {
        builder.Services.AddLLMBlender(options =>
        {
            options.Ranker = "models/reward-minilm";
            options.AddMember("gpt", gpt).AddMember("claude", claude);
        });

        var blender = host.Services.GetRequiredService<IBlender>();
        var blend = await blender.BlendAsync(new BlendRequest { Instruction = "Explain compound interest." });
        Console.WriteLine(blend.Answer);
    }

    public static async Task ClientAsync(HostApplicationBuilder builder, IHost host)
    {
        builder.AddLLMBlenderClient(client => client.Redis = "HOST:6379");
        builder.Services.AddLLMBlenderChatClient(panel: "house");

        var chat = host.Services.GetRequiredService<IChatClient>();
        Console.WriteLine(await chat.GetResponseAsync("Explain compound interest."));
    }
}
