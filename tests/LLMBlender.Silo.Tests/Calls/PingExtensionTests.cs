using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit.Fakes;

namespace LLMBlender.Silo.Tests.Calls;

public sealed class PingExtensionTests
{
    [Fact]
    public async Task Ping_CallUnderWay_IsNotReturned()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.All);
        using var hold = new Hold(ranker, silo: 0);
        var grain = cluster.Cluster.Client.GetGrain<IRankingGrain>("7");
        var ping = cluster.Cluster.Client.GetGrain<IPingExtension>(grain.GetGrainId());
        var (known, unknown) = (Guid.NewGuid(), Guid.NewGuid());

        CallId.Current = known;
        var call = grain.RankAsync(FakeRanker.Request("held", 1, 2), CancellationToken.None);
        CallId.Current = Guid.Empty;
        await hold.WhenReachedAsync();

        Assert.Equal([unknown], await ping.PingAsync([known, unknown]));
        hold.Release();
        await call;
        Assert.Equal([known], await ping.PingAsync([known]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Blend_UnderWay_IsKnownByItsId(bool isStreamed)
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.All);
        using var hold = new Hold(ranker, silo: 0);
        var request = new BlendRequest { Instruction = "held", Candidates = FakeRanker.Request("", 1, 2).Candidates };
        var call = isStreamed ? cluster.Blender.BlendStreamingAsync(request).LastAsync().AsTask() : (Task)cluster.Blender.BlendAsync(request);
        await hold.WhenReachedAsync();

        // The blend, its ranking and its shard; one without an id would be known by an empty one.
        var admission = cluster.Service<Admission>(0);
        Assert.Equal(3, admission.Inside);
        Assert.Equal([Guid.Empty], admission.NotInside([Guid.Empty]));
        hold.Release();
        await call;
    }
}
