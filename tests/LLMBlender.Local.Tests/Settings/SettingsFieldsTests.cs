using LLMBlender.Local.Settings;
using Microsoft.Extensions.Configuration;

namespace LLMBlender.Local.Tests.Settings;

public sealed class SettingsFieldsTests
{
    [Theory]
    [InlineData("BaseUrl", "LLMBlender:Backends:0:BaseUrl: there is no key \"BaseUrl\"; did you mean \"Url\"? Known are ApiVersion, ")]
    [InlineData("temprature", "LLMBlender:Backends:0:temprature: there is no key \"temprature\"; did you mean \"Temperature\"?")]
    [InlineData("Colour", "LLMBlender:Backends:0:Colour: there is no key \"Colour\". Known are ApiVersion, ")]
    public void Check_UnknownKey_NamesItsPathAndTheClosestKey(string key, string message) =>
        Assert.StartsWith(message, Error($"Backends:0:{key}", "sk-secret"), StringComparison.Ordinal);

    [Fact]
    public void Check_UnknownKey_DoesNotRepeatItsValue() =>
        Assert.DoesNotContain("sk-secret", Error("Backends:0:ApiKey", "sk-secret"), StringComparison.Ordinal);

    [Theory]
    [InlineData("Backends:0:MaxTokens", "many", "LLMBlender:Backends:0:MaxTokens is \"many\", and must be a whole number")]
    [InlineData("Backends:0:MaxTokens", "1.5", "LLMBlender:Backends:0:MaxTokens is \"1.5\", and must be a whole number")]
    [InlineData("Backends:0:Temperature", "hot", "LLMBlender:Backends:0:Temperature is \"hot\", and must be a number")]
    [InlineData("Backends:0:Sees", "maybe", "LLMBlender:Backends:0:Sees is \"maybe\", and must be true or false")]
    [InlineData("Panels:0:Grace", "soon", "LLMBlender:Panels:0:Grace is \"soon\", and must be a time as hours:minutes:seconds, such as 00:00:30")]
    [InlineData("Backends:0", "x", "LLMBlender:Backends:0 is \"x\", and must be an object")]
    [InlineData("Backends:0:MaxTokens:0", "1", "LLMBlender:Backends:0:MaxTokens is a list or an object, and must be a whole number")]
    public void Check_ValueOfAnotherType_NamesPathValueAndType(string key, string value, string message) =>
        Assert.Equal(message, Error(key, value));

    [Theory]
    [InlineData("Backends:0:Temperature", "0.5")]
    [InlineData("backends:0:maxtokens", "12")]
    [InlineData("Backends:0:AttemptTimeout", "00:01:00")]
    [InlineData("Backends:0:Sees", "True")]
    [InlineData("Panels:0:Members:0", "a")]
    [InlineData("LiteLLM", "file.yaml")]
    public void Check_KeyAndValueOfTheType_IsAccepted(string key, string value) => Check(key, value);

    private static string Error(string key, string value) => Assert.Throws<SettingsException>(() => Check(key, value)).Message;

    private static void Check(string key, string value) => SettingsFields.Check(
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>($"LLMBlender:{key}", value)]).Build().GetSection("LLMBlender"),
        typeof(PanelSection));
}
