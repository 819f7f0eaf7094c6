namespace LLMBlender.Gateway.Tests;

/// <summary>A request's id in its response and in the access log.</summary>
public sealed class RequestLogTests : IAsyncLifetime
{
    private LiveGateway gateway = null!;

    public async ValueTask InitializeAsync() => gateway = await LiveGateway.StartAsync();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Fact]
    public async Task Request_WithAnId_KeepsItInHeaderAndLog()
    {
        using var response = await AskAsync("/v1/models", "client-7.a:b_c");

        Assert.Equal("client-7.a:b_c", Assert.Single(response.Headers.GetValues("x-request-id")));
        Assert.Contains(gateway.Log.Lines, line => line.StartsWith("Information: GET /v1/models 200 ", StringComparison.Ordinal) && line.Contains("request client-7.a:b_c", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("two words")]
    [InlineData("a\"quote")]
    public async Task Request_WithoutAValidId_GetsOne(string? id)
    {
        using var response = await AskAsync("/v1/models", id);

        Assert.Matches("^req_[0-9a-f]{32}$", Assert.Single(response.Headers.GetValues("x-request-id")));
    }

    [Fact]
    public async Task Request_Refused_HasAnIdToo()
    {
        using var response = await AskAsync("/v1/nowhere", "x1");

        Assert.Equal("x1", Assert.Single(response.Headers.GetValues("x-request-id")));
        Assert.Contains(gateway.Log.Lines, line => line.Contains("/v1/nowhere 404 ", StringComparison.Ordinal) && line.Contains("request x1", StringComparison.Ordinal));
    }

    private Task<HttpResponseMessage> AskAsync(string path, string? id)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (id is not null)
        {
            request.Headers.TryAddWithoutValidation("x-request-id", id);
        }

        return gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
