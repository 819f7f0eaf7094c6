using LLMBlender.Abstractions;
using LLMBlender.Local.Hosting;
using LLMBlender.Local.Settings;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fakes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LLMBlender.Local.Tests.Hosting;

public sealed class LLMBlenderOptionsTests
{
    private static readonly string Mini = Repository.File("models", "reward-minilm");

    [Fact]
    public void Defaults_AreAsDocumented()
    {
        var options = new LLMBlenderOptions();

        Assert.Equal(("", "select", "auto"), (options.Ranker, options.Fuser, options.Device));
        Assert.Empty(options.Panels);
        Assert.Empty(options.Members);
    }

    [Theory]
    [InlineData("Ranker is \"nowhere\", and must be a ranker's model folder or one of the members a, b")]
    [InlineData("Fuser is \"nowhere\", and must be a fuser's model folder or one of the members a, b")]
    [InlineData("Device is \"abacus\"")]
    [InlineData("Panels:0:Members names \"c\", and must name some of the members a, b")]
    [InlineData("Panels:0:Quorum is \"5\", and must be from 1 to 1")]
    public async Task AddLLMBlender_BadOption_FailsAtStartAndNamesPropertyValueAndRule(string problem)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLLMBlender(options =>
        {
            options.AddMember("a", new FakeChat(_ => "1")).AddMember("b", new FakeChat(_ => "2"));
            options.Ranker = problem.StartsWith("Ranker", StringComparison.Ordinal) ? "nowhere" : Mini;
            options.Fuser = problem.StartsWith("Fuser", StringComparison.Ordinal) ? "nowhere" : options.Fuser;
            options.Device = problem.StartsWith("Device", StringComparison.Ordinal) ? "abacus" : options.Device;
            if (problem.StartsWith("Panels", StringComparison.Ordinal))
            {
                options.Panels.Add(new PanelSettings { Name = "p", Members = [problem.Contains("\"c\"", StringComparison.Ordinal) ? "c" : "a"], Quorum = problem.Contains('5', StringComparison.Ordinal) ? 5 : null });
            }
        });
        using var host = builder.Build();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains(failure.Failures, failure => failure.StartsWith(problem, StringComparison.Ordinal));
    }

    // Any member can judge and write.
    [Fact]
    public async Task AddLLMBlender_MembersRankAndFuse_Blends()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddKeyedSingleton<IChatClient>("b", new FakeChat(_ => "answer of b"));
        services.AddLLMBlender(options =>
        {
            options.AddMember("a", new FakeChat(_ => "answer of a")).AddMember("b");
            options.AddMember("judge", new FakeChat(prompt => prompt.IndexOf("answer of b", StringComparison.Ordinal) < prompt.IndexOf("answer of a", StringComparison.Ordinal) ? "A>>B" : "B>>A"));
            options.AddMember("scribe", new FakeChat(_ => "the fused answer"));
            options.Panels.Add(new PanelSettings { Name = "both", Members = ["a", "b"] });
            (options.Ranker, options.Fuser) = ("judge", "scribe");
        });
        await using var provider = services.BuildServiceProvider();

        var response = await provider.GetRequiredService<IBlender>().BlendAsync(
            new BlendRequest { Instruction = "Which?", WithoutGuard = true }, TestContext.Current.CancellationToken);

        Assert.Equal([2, 1], response.Candidates.Select(static candidate => candidate.Rank));
        Assert.Equal(("the fused answer", "scribe"), (response.Answer, response.Fusion!.Fuser));
    }
}
