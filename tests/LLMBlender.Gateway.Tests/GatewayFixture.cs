namespace LLMBlender.Gateway.Tests;

/// <summary>One gateway for the tests of a class.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    public LiveGateway Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Gateway = await LiveGateway.StartAsync();

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}
