namespace LLMBlender.Client.Tests;

public sealed class RoutesTests
{
    [Theory]
    [InlineData(17, 0, "", "17")]
    [InlineData(17, 2, "", "17~2")]
    [InlineData(17, 0, "5fb0a914", "17.5fb0a914")]
    [InlineData(0, 1, "5fb0a914", "0.5fb0a914~1")]
    public void Key_OfEveryForm_IsParsedAgain(int bucket, int attempt, string generation, string key)
    {
        Assert.Equal(key, Routes.Key(bucket, attempt, generation));
        Assert.Equal(($"{bucket}", attempt), Routes.Parse(key));
    }

    [Theory]
    [InlineData("gpt-4.1", "gpt-4.1", 0)]
    [InlineData("gpt-4.1~1", "gpt-4.1", 1)]
    [InlineData("a~b", "a~b", 0)]
    [InlineData(".1", ".1", 0)]
    public void Parse_KeyOfABackend_KeepsItsName(string key, string bucket, int attempt) => Assert.Equal((bucket, attempt), Routes.Parse(key));
}
