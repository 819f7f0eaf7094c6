using LLMBlender.Abstractions;
using LLMBlender.Cluster.Tests.Processes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Cluster.Tests;

/// <summary>An app that asks the grains themselves, from outside the cluster.</summary>
[Collection(SplitClusterTests.Name)]
public sealed class ClientTests(SplitCluster cluster)
{
    private const string Question = "Explain compound interest to someone who has never had a savings account.";

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task ChatClient_OverRedis_Blends() => cluster.UseAsync(async () =>
    {
        using var host = await StartAsync();
        var chat = host.Services.GetRequiredService<IChatClient>();

        var response = await chat.GetResponseAsync(Question);
        var streamed = "";
        await foreach (var update in chat.GetStreamingResponseAsync(Question))
        {
            streamed += update.Text;
        }

        var blend = Assert.IsType<BlendResponse>(response.RawRepresentation);
        Assert.Equal(blend.Candidates.Single(candidate => candidate.Rank == 1).Text, response.Text);
        Assert.Equal(response.Text, streamed);
        await host.StopAsync();
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Blender_SiloKilled_GoesOnOverAnother() => cluster.UseAsync(async () =>
    {
        using var host = await StartAsync();
        var blender = host.Services.GetRequiredService<IBlender>();
        var requests = Enumerable.Range(0, 40).Select(i => new RankingRequest
        {
            Instruction = $"Say what number {i} of {Guid.NewGuid()} is good for.",
            Candidates = [new Candidate(null, "It is good."), new Candidate(null, $"It is {i}.")],
        }).ToList();
        await blender.RankAsync(requests[0]);

        var answers = Task.WhenAll(requests.Select(request => blender.RankAsync(request)));
        await cluster.With(SplitCluster.Blend)[1].KillAsync();

        Assert.All(await answers.WaitAsync(Until.Patience), answer => Assert.Equal(2, answer.Comparisons));
        await host.StopAsync();
        await cluster.HealAsync();
    });

    private async Task<IHost> StartAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddLLMBlenderClient(client => (client.Redis, client.ClusterId) = (cluster.Redis.Address, cluster.Id));
        builder.Services.AddLLMBlenderChatClient();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
