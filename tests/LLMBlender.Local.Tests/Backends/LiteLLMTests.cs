using LLMBlender.Local.Settings;
using LLMBlender.Local.Settings.LiteLLM;
using LLMBlender.TestKit;

namespace LLMBlender.Local.Tests.Backends;

/// <summary>LiteLLM's files as people write them.</summary>
public sealed class LiteLLMTests
{
    private readonly List<string> notes = [];

    [Theory]
    [InlineData("""
        x: &local { api_base: "http://private/v1", api_key: none }
        model_list:
          - { model_name: a, litellm_params: { <<: *local, model: openai/m } }
        """)]
    [InlineData("""
        x: &address { api_base: "http://private/v1" }
        y: &key { api_key: none }
        model_list:
          - { model_name: a, litellm_params: { <<: [*address, *key], model: openai/m } }
        """)]
    [InlineData("""
        x: &entry { litellm_params: { model: openai/m, api_base: "http://private/v1", api_key: none } }
        model_list:
          - { <<: *entry, model_name: a }
        """)]
    [InlineData("""
        credential_list:
          - { credential_name: local, credential_values: { api_base: "http://private/v1", api_key: none } }
        model_list:
          - { model_name: a, litellm_params: { model: openai/m, litellm_credential_name: local } }
        """)]
    [InlineData("""
        environment_variables: { ADDRESS: "http://private/v1", KEY: none }
        model_list:
          - { model_name: a, litellm_params: { model: openai/m, api_base: os.environ/ADDRESS, api_key: os.environ/KEY } }
        """)]
    [InlineData("""
        environment_variables: { OPENAI_BASE_URL: "http://private/v1", OPENAI_API_KEY: none }
        model_list:
          - { model_name: a, litellm_params: { model: openai/m } }
        """)]
    [InlineData("""
        model_list:
          - { model_name: a, litellm_params: { model: openai/m, api_base: os.environ/SET_ADDRESS, api_key: none } }
        """)]
    public void Read_AddressByAnotherWay_IsTheFiles(string yaml)
    {
        var backend = Assert.Single(Read(yaml));

        Assert.Equal(("http://private/v1", "none", null), (backend.Url, backend.Key?.Value, backend.KeyVariable));
    }

    [Theory]
    [InlineData("model_list: [{ model_name: a, litellm_params: { model: openai/m, api_base: os.environ/NOT_SET } }]", "NOT_SET")]
    [InlineData("model_list: [{ model_name: a, litellm_params: { model: openai/m, api_base: } }]", "api_base")]
    [InlineData("model_list: [{ model_name: a, litellm_params: { model: openai/m, litellm_credential_name: gone } }]", "gone")]
    [InlineData("credential_list: [{ credential_name: c, credential_values: { api_base: os.environ/NOT_SET } }]\nmodel_list: [{ model_name: a, litellm_params: { model: openai/m, litellm_credential_name: c } }]", "NOT_SET")]
    [InlineData("model_list: [{ model_name: a, litellm_params: { model: hosted_vllm/m } }]", "api_base")]
    [InlineData("model_list: []", "model_list")]
    public void Read_AddressThatIsMissing_IsRefusedByName(string yaml, string named)
    {
        var error = Assert.Throws<SettingsException>(() => Read(yaml));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ model_name: "*", litellm_params: { model: "openai/*" } }""", "wildcard")]
    [InlineData("""{ model_name: all, litellm_params: { model: "openai/*" } }""", "wildcard")]
    [InlineData("""{ model_name: emb, litellm_params: { model: openai/text-embedding-3-small } }""", "does not chat")]
    [InlineData("""{ model_name: emb, litellm_params: { model: openai/x }, model_info: { mode: embedding } }""", "mode is \"embedding\"")]
    [InlineData("""{ model_name: img, litellm_params: { model: openai/x }, model_info: { mode: image_generation } }""", "image_generation")]
    [InlineData("""{ model_name: img, litellm_params: { model: openai/dall-e-3 } }""", "does not chat")]
    [InlineData("""{ model_name: stt, litellm_params: { model: openai/whisper-1 } }""", "does not chat")]
    [InlineData("""{ model_name: cloud, litellm_params: { model: bedrock/x } }""", "bedrock")]
    [InlineData("""{ model_name: own, litellm_params: { model: my-model } }""", "provider of \"my-model\" is not known")]
    [InlineData("""{ litellm_params: { model: openai/m, api_base: "http://private/v1" } }""", "no model_name")]
    [InlineData("""{ model_name: bare, litellm_params: { model: openai/m, api_base: "private:8000/v1" } }""", "not an absolute http or https URL")]
    [InlineData("""{ model_name: user, litellm_params: { model: openai/m, api_base: "https://u:secret@private/v1" } }""", "not an absolute http or https URL")]
    public void Read_ModelThatDoesNotChat_IsNamedAndLeftOut(string entry, string why)
    {
        var backend = Assert.Single(Read($$"""
            model_list:
              - {{entry}}
              - { model_name: good, litellm_params: { model: openai/m, api_base: "http://private/v1", api_key: none } }
            """));

        Assert.Equal("good", backend.Name);
        Assert.Contains(why, Assert.Single(notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Llama 3.1 8B (local)", "Llama-3.1-8B-local")]
    [InlineData("modèle", "mod-le")]
    [InlineData("org/model:1", "org/model:1")]
    public void Read_Name_IsMadeFit(string name, string expected)
    {
        var backend = Assert.Single(Read($$"""model_list: [{ model_name: "{{name}}", litellm_params: { model: openai/m, api_base: "http://private/v1", api_key: none } }]"""));

        Assert.Equal(expected, backend.Name);
        Assert.Equal(name != expected, notes.Count == 1);
    }

    [Theory]
    [InlineData("claude-3-5-haiku-latest", "anthropic", "https://api.anthropic.com/")]
    [InlineData("gpt-4o", "openai", "https://api.openai.com/v1")]
    [InlineData("deepseek-chat", "openai", "https://api.deepseek.com/v1")]
    public void Read_NameWithoutPrefix_IsOfTheProviderOfItsFamily(string model, string kind, string url)
    {
        var backend = Assert.Single(Read($$"""model_list: [{ model_name: a, litellm_params: { model: {{model}}, api_key: none } }]"""));

        Assert.Equal((kind, new Uri(url), model), (backend.Kind, new Uri(backend.Url!), backend.Model));
    }

    [Fact]
    public void Read_LimitsOfZero_AreNone()
    {
        var backend = Assert.Single(Read("""model_list: [{ model_name: a, litellm_params: { model: openai/m, api_base: "http://private/v1", max_tokens: 0, rpm: 0, max_retries: 0 } }]"""));

        Assert.Equal((null, null, 1), (backend.MaxTokens, backend.RequestsPerMinute, backend.Attempts));
    }

    [Fact]
    public void Read_DefaultTimeoutOfLiteLLM_IsKept()
    {
        var backend = Assert.Single(Read("""model_list: [{ model_name: a, litellm_params: { model: openai/m, api_base: "http://private/v1", timeout: 6000 } }]"""));

        Assert.Equal(TimeSpan.FromSeconds(6000), backend.AttemptTimeout);
        Assert.Empty(notes);
    }

    [Fact]
    public void Read_LongTimeout_IsShortened()
    {
        var backend = Assert.Single(Read("""model_list: [{ model_name: a, litellm_params: { model: openai/m, api_base: "http://private/v1", timeout: 1000000 } }]"""));

        Assert.Equal(TimeSpan.FromDays(1), backend.AttemptTimeout);
        Assert.Contains("1000000", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AzureAndAnthropic_AreTheirKinds()
    {
        var backends = Read("""
            model_list:
              - { model_name: a, litellm_params: { model: azure/deployed, api_base: "https://r.openai.azure.com", api_version: "2024-06-01", api_key: none } }
              - { model_name: b, litellm_params: { model: anthropic/claude-x, api_key: none } }
            """);

        Assert.Equal([("azure", "deployed", "2024-06-01"), ("anthropic", "claude-x", null)], backends.Select(static backend => (backend.Kind, backend.Model, backend.ApiVersion)));
    }

    [Fact]
    public void Read_Include_ReadsTheOtherFile()
    {
        using var folder = new TemporaryFolder();
        folder.Write("models.yaml", """model_list: [{ model_name: a, litellm_params: { model: openai/m, api_base: "http://private/v1" } }]""");
        var file = folder.Write("main.yaml", "include: [models.yaml, main.yaml]");

        Assert.Equal("a", Assert.Single(LiteLLMFile.Read(file, static _ => null, notes.Add)).Name);
    }

    // Each level has ten ways to the level below it.
    [Fact]
    public void Read_MergesWithExponentiallyManyWays_AreSearchedOnce()
    {
        var levels = string.Concat(Enumerable.Range(1, 16).Select(static i => $"a{i}: &a{i} {{ <<: [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}] }}\n"));

        var backend = Assert.Single(Read($$"""
            a0: &a0 { api_key: none }
            {{levels}}
            model_list: [{ model_name: a, litellm_params: { <<: *a16, model: openai/m, api_base: "http://private/v1" } }]
            """));

        Assert.Equal("none", backend.Key?.Value);
    }

    // Found by fuzzing: nesting overflowed the stack, which ends the process, and the parser's own exceptions came out.
    [Theory]
    [InlineData("[", 100_000, "nested more than 64 levels")]
    [InlineData("- ", 50_000, "nested more than 64 levels")]
    [InlineData("{ litel|\nlm_params: { <<: [*a], num_\0\0\0\0ies: 2}", 1, "is not YAML")]
    public void Read_YamlThatCanNotBeRead_IsRefused(string part, int times, string problem)
    {
        var error = Assert.Throws<SettingsException>(() => Read("model_list:\n  " + string.Concat(Enumerable.Repeat(part, times))));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    private IReadOnlyList<BackendSettings> Read(string yaml)
    {
        using var folder = new TemporaryFolder();
        return LiteLLMFile.Read(folder.Write("litellm.yaml", yaml), static name => name == "SET_ADDRESS" ? "http://private/v1" : null, notes.Add);
    }
}
