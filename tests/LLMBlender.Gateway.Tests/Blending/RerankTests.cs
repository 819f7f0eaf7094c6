namespace LLMBlender.Gateway.Tests.Blending;

public sealed class RerankTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static readonly string[] Documents = ["1 is it", "9 is it", "5 is it"];
    private readonly LiveGateway gateway = fixture.Gateway;

    [Theory]
    [InlineData("/v1/rerank")]
    [InlineData("/v2/rerank")]
    public async Task Rerank_CohereAndJina_GivesIndicesBestFirst(string path)
    {
        var (status, body, _) = await gateway.PostAsync(path, new { query = "Which?", documents = Documents, top_n = 2, return_documents = true });

        Assert.Equal(200, status);
        var results = body.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([1, 2], results.Select(result => result.GetProperty("index").GetInt32()));
        Assert.Equal("9 is it", results[0].GetProperty("document").GetProperty("text").GetString());
        Assert.All(results, result => Assert.InRange(result.GetProperty("relevance_score").GetDouble(), 0, 1));
        Assert.True(results[0].GetProperty("relevance_score").GetDouble() > results[1].GetProperty("relevance_score").GetDouble());
    }

    [Fact]
    public async Task Rerank_DocumentsAsObjects_AreReadToo()
    {
        var (_, body, _) = await gateway.PostAsync("/v1/rerank", new { query = "Which?", documents = Documents.Select(text => new { text }) });

        Assert.Equal([1, 2, 0], body.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("index").GetInt32()));
    }

    [Fact]
    public async Task Rerank_TextEmbeddingsInference_GivesAList()
    {
        var (_, body, _) = await gateway.PostAsync("/rerank", new { query = "Which?", texts = Documents, return_text = true });

        Assert.Equal([(1, "9 is it"), (2, "5 is it"), (0, "1 is it")], body.EnumerateArray().Select(entry => (entry.GetProperty("index").GetInt32(), entry.GetProperty("text").GetString())));
    }

    [Fact]
    public async Task Rerank_NoDocuments_IsRefusedByName()
    {
        var (status, body, _) = await gateway.PostAsync("/v1/rerank", new { query = "Which?", documents = new[] { 1 } });

        Assert.Equal((400, "documents[0]"), (status, body.GetProperty("error").GetProperty("param").GetString()));
    }
}
