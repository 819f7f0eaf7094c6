using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LLMBlender.Local.Tests.Settings;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("Backends:0:Url", "ftp://x", "Backends:0:Url is \"ftp://x\", and must be an absolute http or https URL without a user")]
    [InlineData("Backends:0:Url", "http://me:secret@x:99999/v1", "Backends:0:Url is \"one with a user or a query in it\", and must be an absolute http or https URL without a user")]
    [InlineData("Backends:0:Url", "http://me:secret@x", "Backends:0:Url is \"one with a user in it\", and must be an absolute http or https URL without a user")]
    [InlineData("Backends:0:Kind", "telnet", "Backends:0:Kind is \"telnet\", and must be one of openai, azure, anthropic, ollama")]
    [InlineData("Backends:0:Model", "", "Backends:0:Model is missing, and must be the model's name")]
    [InlineData("Backends:0:Attempts", "0", "Backends:0:Attempts is \"0\", and must be from 1 to 10")]
    [InlineData("Backends:0:KeyVariable", "NOT_SET", "Backends:0:KeyVariable is \"NOT_SET\", and must be an environment variable that is set")]
    [InlineData("Backends:0:KeyVariable", "sk-proj-abcdef", "Backends:0:KeyVariable has 14 characters and is no variable's name")]
    [InlineData("Backends:0:KeyFile", "/no/such/file", "Backends:0:KeyFile is \"/no/such/file\", and must be a file that can be read")]
    [InlineData("Backends:1:Name", "b", "there are two backends named \"b\"")]
    [InlineData("Panels:0:Members:0", "nobody", "Panels:0: panel \"p\" names \"nobody\", and there is no such backend")]
    [InlineData("Panels:0:Quorum", "3", "Panels:0:Quorum is \"3\", and must be from 1 to 1")]
    [InlineData("Panels:0:HedgeBudget", "2", "Panels:0:HedgeBudget is \"2\", and must be from 0 to 1")]
    [InlineData("Panels:0:Aggregate", "vote", "Panels:0:Aggregate is \"vote\", and must be one of ")]
    [InlineData("Panels:0:Records", "x.jsonl", "Panels:0:Records is \"x.jsonl\", and must be absent where there are Members or Stages")]
    [InlineData("Panels:0:Confidence", "1.5", "Panels:0:Confidence is \"1.5\", and must be from 0 to 1")]
    [InlineData("Panels:0:Confidence", "0.9", "Panels:0:Confidence is \"0.9\", and must be absent where there are Records or a single answer")]
    [InlineData("Panels:0:Risk", "0.1", "Panels:0:Calibration is missing, and must be the file of a calibration where there is a Risk")]
    [InlineData("Panels:0:Stages:0:0", "b", "Panels:0:Stages is \"1 stages\", and must be absent where there are Members, Samples or a StageOrder")]
    [InlineData("Panels:0:StageOrder", "age", "Panels:0:StageOrder is \"age\", and must be one of price")]
    [InlineData("Panels:0:StageOrder", "price", "Panels:0:Confidence is missing, and must be a number from 0 to 1 where there are stages, unless there is a Risk, Worth or Agree")]
    [InlineData("Panels:0:Agree", "2", "Panels:0:Agree is \"2\", and must be at most the number of answers, which is 1")]
    [InlineData("Panels:0:Worth", "2", "Panels:0:Worth is \"2\", and must be absent unless there are Stages or a StageOrder")]
    [InlineData("Panels:0:Calibration", "/no/such/file", "Panels:0: the calibration /no/such/file can't be read")]
    [InlineData("Panels:0:Passes:0", "images", "Panels:0:Passes:0 is \"images\", and must be one of response_format, tools")]
    [InlineData("Panels:0:Grace", "soon", "Panels:0:Grace")]
    [InlineData("Panels:0:Cache", "00:00:00.5", "Panels:0:Cache is \"00:00:00.5000000\", and must be from 00:00:01 to 365.00:00:00")]
    [InlineData("Panels:0:Overrides:0", "models", "Panels:0:Overrides:0 is \"models\", and must be one of members, stages")]
    [InlineData("Panels:0:Offers:0", "b", "Panels:0:Offers is \"b\", and must be absent unless the Overrides have members or stages")]
    [InlineData("Panels:0:MaxCalls", "0", "Panels:0:MaxCalls is \"0\", and must be from 1 to ")]
    [InlineData("Panels:0:MaxCost", "0", "Panels:0:MaxCost is \"0\", and must be from ")]
    [InlineData("Panels:0:Effort", "a lot", "Panels:0:Effort is \"a lot\", and must be a word such as low, medium or high")]
    [InlineData("Panels:0:Variants:0:TopK", "2", "Panels:0:Variants:0:Name is missing, and must be a name")]
    [InlineData("Panels:0:FuserPrompt", "terse", "Panels:0:FuserPrompt is \"terse\", and must be one of default, concise, synthesis, code, or a template with {instruction}, {candidates}")]
    [InlineData("Panels:0:FuserPrompt", "Merge {candidates}", "Panels:0:FuserPrompt is \"Merge {candidates}\", and must be a template with {instruction}, {candidates}; {instruction} is missing")]
    [InlineData("Panels:0:FuserPrompt", "{instruction} {candidats}", "must be a template with no placeholders but {instruction}, {candidates}; {candidats} is not known")]
    [InlineData("Panels:0:FuserPrompt", "concise", "Panels:0:FuserPrompt is \"concise\", and must be absent unless the Fuser is a backend; it is the default")]
    [InlineData("Panels:0:JudgePrompt", "{instruction} {a}", "must be a template with {instruction}, {a}, {b}; {b} is missing")]
    [InlineData("Panels:0:JudgePrompt", "concise", "Panels:0:JudgePrompt is \"concise\", and must be one of default, factual, instructions, code, or a template with {instruction}, {a}, {b}")]
    [InlineData("Panels:0:JudgePrompt", "factual", "Panels:0:JudgePrompt is \"factual\", and must be absent unless the Ranker is a backend; it is the default")]
    [InlineData("Panels:0:Criteria:0", "short", "Panels:0:Criteria is \"short\", and must be absent unless the Ranker is a backend; it is the default")]
    [InlineData("Panels:0:Criteria:0", "one\ntwo", "Panels:0:Criteria:0 is \"one two\", and must be one line of 1 to 200 characters")]
    [InlineData("Panels:0:Members:1", "p", "panel \"p\" contains itself: p > p")]
    [InlineData("Panels:0:CacheShared", "true", "Panels:0:Cache is missing, and must be how long answers are kept, where there is a CacheShared, CacheSampled or CacheOnRequest")]
    public void Make_BrokenRule_NamesPropertyValueAndRule(string property, string value, string message)
    {
        var configuration = Configuration(
            ("Backends:0:Name", "b"), ("Backends:0:Url", "http://localhost/v1"), ("Backends:0:Model", "m"),
            ("Panels:0:Name", "p"), ("Panels:0:Members:0", "b"));
        configuration[$"LLMBlender:{property}"] = value;
        if (property == "Backends:1:Name")
        {
            configuration["LLMBlender:Backends:1:Url"] = "http://localhost/v1";
            configuration["LLMBlender:Backends:1:Model"] = "m";
        }

        var error = Assert.Throws<SettingsException>(() => Make(configuration));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Make_Stages_AreThePanelsMembersAndItsOrder()
    {
        var configuration = Configuration(
            ("Backends:0:Name", "b"), ("Backends:0:Url", "http://localhost/v1"), ("Backends:0:Model", "m"), ("Backends:0:CompletionPrice", "2"),
            ("Backends:1:Name", "c"), ("Backends:1:Url", "http://localhost/v1"), ("Backends:1:Model", "m"), ("Backends:1:CompletionPrice", "1"),
            ("Backends:2:Name", "d"), ("Backends:2:Url", "http://localhost/v1"), ("Backends:2:Model", "m"),
            ("Panels:0:Name", "p"), ("Panels:0:Stages:0:0", "b"), ("Panels:0:Stages:1:0", "c"), ("Panels:0:Stages:1:1", "b"), ("Panels:0:Confidence", "0.9"),
            ("Panels:1:Name", "q"), ("Panels:1:Members:0", "b"), ("Panels:1:Members:1", "c"), ("Panels:1:Members:2", "d"), ("Panels:1:Confidence", "0.8"), ("Panels:1:StageOrder", "price"));

        var registry = Make(configuration);

        var (staged, priced) = (registry.Find("p"), registry.Find("q"));
        Assert.Equal(["b", "c"], staged.Members);
        Assert.Equal([["b"], ["c", "b#2"]], staged.StageSlots().Select(static stage => stage.Select(static slot => slot.Name)));
        Assert.Equal(0.9, staged.Acceptance!.Threshold);
        Assert.Equal([["d", "c"], ["b"]], priced.Stages);
        Assert.False(registry.Describe()[0].IsPassThrough);
    }

    [Fact]
    public void Make_SamplesThatAreToAgree_AreAskedOneByOneAfterTheFirst()
    {
        var panel = Make(Configuration(
            ("Backends:0:Name", "b"), ("Backends:0:Url", "http://localhost/v1"), ("Backends:0:Model", "m"),
            ("Panels:0:Name", "p"), ("Panels:0:Members:0", "b"), ("Panels:0:Samples", "4"), ("Panels:0:Agree", "2"))).Find("p");

        Assert.Equal([["b", "b"], ["b"], ["b"]], panel.Stages);
        Assert.Equal(2, panel.Acceptance!.Agree);
    }

    [Fact]
    public void Make_CircleOfPanels_NamesIt()
    {
        var error = Assert.Throws<SettingsException>(() => Make(Configuration(
            ("Backends:0:Name", "b"), ("Backends:0:Url", "http://localhost/v1"), ("Backends:0:Model", "m"),
            ("Panels:0:Name", "outer"), ("Panels:0:Members:0", "p"),
            ("Panels:1:Name", "p"), ("Panels:1:Members:0", "b"), ("Panels:1:Members:1", "q"),
            ("Panels:2:Name", "q"), ("Panels:2:Members:0", "p"))));

        Assert.Equal("panel \"p\" contains itself: p > q > p", error.Message);
    }

    [Fact]
    public void Make_PanelsTooFarBelowOneAnother_NamesThem()
    {
        var error = Assert.Throws<SettingsException>(() => Make(Configuration(
            ("Backends:0:Name", "b"), ("Backends:0:Url", "http://localhost/v1"), ("Backends:0:Model", "m"),
            ("Panels:0:Name", "p"), ("Panels:0:Members:0", "q"),
            ("Panels:1:Name", "q"), ("Panels:1:Members:0", "r"),
            ("Panels:2:Name", "r"), ("Panels:2:Members:0", "s"),
            ("Panels:3:Name", "s"), ("Panels:3:Members:0", "b"))));

        Assert.Equal("panels p > q > r > s are 4 below one another, and may be 3", error.Message);
    }

    [Fact]
    public void Make_Variants_ArePanelsWithTheirOwnValues()
    {
        var registry = Make(Configuration(
            ("Backends:0:Name", "b"), ("Backends:0:Url", "http://localhost/v1"), ("Backends:0:Model", "m"),
            ("Backends:1:Name", "c"), ("Backends:1:Url", "http://localhost/v1"), ("Backends:1:Model", "m"),
            ("Panels:0:Name", "p"), ("Panels:0:Members:0", "b"), ("Panels:0:TopK", "3"), ("Panels:0:MaxCalls", "5"), ("Panels:0:Deadline", "00:00:20"),
            ("Panels:0:Variants:0:Name", "fast"), ("Panels:0:Variants:0:Members:0", "c"), ("Panels:0:Variants:0:TopK", "1"), ("Panels:0:Variants:0:Deadline", "00:00:02"),
            ("Panels:0:Variants:1:Name", "staged"), ("Panels:0:Variants:1:Stages:0:0", "b"), ("Panels:0:Variants:1:Stages:1:0", "c"), ("Panels:0:Variants:1:Confidence", "0.8")));

        Assert.Equal(["p", "p:fast", "p:staged"], registry.Panels.Select(static panel => panel.Name));
        var (fast, staged) = (registry.Find("p:fast"), registry.Find("p:staged"));
        Assert.Equal(["c"], fast.Members);
        Assert.Equal((1, 5, TimeSpan.FromSeconds(2)), (fast.TopK, fast.MaxCalls, fast.Deadline));
        Assert.Equal([["b"], ["c"]], staged.Stages);
        Assert.Equal((3, 0.8), (staged.TopK, staged.Acceptance!.Threshold));
    }

    [Theory]
    [InlineData("Ranker", "reward", "Panels:0:JudgePrompt is \"factual\", and must be absent unless the Ranker is a backend; it is \"reward\"")]
    [InlineData("Fuser", "select", "Panels:0:FuserPrompt is \"code\", and must be absent unless the Fuser is a backend; it is \"select\"")]
    [InlineData("Variants:0:Fuser", "select", null)]
    [InlineData("Variants:0:FuserPrompt", "terse", "Panels:0:Variants:0:FuserPrompt is \"terse\"")]
    [InlineData("Criteria:16", "one more", "Panels:0:Criteria is \"17 criteria\", and must be at most 16")]
    public void Make_PromptsOfWhatHasNone_AreRefusedWhereTheyAreSet(string property, string value, string? message)
    {
        var configuration = Prompted();
        configuration[$"LLMBlender:Panels:0:{property}"] = value;
        for (var i = 1; i < 16 && property.StartsWith("Criteria", StringComparison.Ordinal); i++)
        {
            configuration[$"LLMBlender:Panels:0:Criteria:{i}"] = "good";
        }

        var error = Record.Exception(() => Make(configuration));

        Assert.Equal(message is null, error is null);
        Assert.Contains(message ?? "", error?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Make_Prompts_AreThePanelsAndItsVariantsUnlessTheyHaveOthers()
    {
        var configuration = Prompted();
        configuration["LLMBlender:Panels:0:Variants:0:FuserPrompt"] = "concise";
        configuration["LLMBlender:Panels:0:Variants:0:Criteria:0"] = "kind";

        var registry = Make(configuration);

        var (panel, variant) = (registry.Find("p"), registry.Find("p:other"));
        Assert.Equal(("code", "factual", "short"), (panel.FuserPrompt, panel.Judging!.Prompt, Assert.Single(panel.Judging.Criteria)));
        Assert.Equal(("concise", "factual", "kind"), (variant.FuserPrompt, variant.Judging!.Prompt, Assert.Single(variant.Judging.Criteria)));
    }

    private static IConfigurationRoot Prompted() => Configuration(
        ("Backends:0:Name", "b"), ("Backends:0:Url", "http://localhost/v1"), ("Backends:0:Model", "m"),
        ("Panels:0:Name", "p"), ("Panels:0:Members:0", "b"), ("Panels:0:Ranker", "b"), ("Panels:0:Fuser", "b"),
        ("Panels:0:FuserPrompt", "code"), ("Panels:0:JudgePrompt", "factual"), ("Panels:0:Criteria:0", "short"), ("Panels:0:Variants:0:Name", "other"));

    [Fact]
    public void Describe_PanelWithACache_HasAVersionOfAllThatItsAnswersDependOn()
    {
        (string, string)[] plain =
        [
            ("Backends:0:Name", "b"), ("Backends:0:Url", "http://localhost/v1"), ("Backends:0:Model", "m"), ("Backends:0:Temperature", "0"),
            ("Panels:0:Name", "p"), ("Panels:0:Members:0", "b"), ("Panels:0:Cache", "00:10:00"),
        ];

        var same = Cache(plain);

        Assert.Equal((TimeSpan.FromMinutes(10), true, false), (same.Lifetime, same.IsGreedy, same.IsShared));
        Assert.Equal(same.Version, Cache(plain).Version);
        Assert.NotEqual(same.Version, Cache([.. plain, ("Backends:0:MaxTokens", "9")]).Version);
        Assert.NotEqual(same.Version, Cache([.. plain, ("Panels:0:TopK", "1")]).Version);
        (string, string)[] judged = [.. plain, ("Panels:0:Ranker", "b"), ("Panels:0:Fuser", "b")];
        Assert.NotEqual(Cache(judged).Version, Cache([.. judged, ("Panels:0:FuserPrompt", "code")]).Version);
        Assert.NotEqual(Cache(judged).Version, Cache([.. judged, ("Panels:0:JudgePrompt", "code")]).Version);
        Assert.NotEqual(Cache(judged).Version, Cache([.. judged, ("Panels:0:Criteria:0", "short")]).Version);
        Assert.NotEqual(same.Version, Cache([.. plain, ("Scorers:0:Name", "s"), ("Scorers:0:Kind", "tei-rerank"), ("Scorers:0:Url", "http://localhost")]).Version);
        Assert.NotEqual(same.Version, Cache(plain, "reward=2").Version);
        Assert.False(Cache(Array.FindAll(plain, static setting => setting.Item1 != "Backends:0:Temperature")).IsGreedy);

        Abstractions.PanelCache Cache((string, string)[] settings, string models = "reward=1")
        {
            var registry = Make(Configuration(settings));
            registry.ModelsVersion = models;
            return registry.Describe()[0].Cache!;
        }
    }

    [Fact]
    public void Make_CalibrationOfThePanel_SetsTheThresholdOfItsRisk()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("calibration.json", Calibration("b", "c"));
        var notes = new List<string>();

        var certain = Make(Risky(file, "0.1"), notes);
        var risky = Make(Risky(file, "0.01"), notes);

        Assert.Equal(0.5, certain.Find("p").Acceptance!.Threshold);
        Assert.Equal(double.PositiveInfinity, risky.Find("p").Acceptance!.Threshold);
        Assert.Equal($"panel p: no confidence is known to keep the risk of 0.01 in {file}, so that no choice is accepted", Assert.Single(notes));
    }

    [Theory]
    [InlineData("b", "d", "reward", "panel \"p\" asks b, c, and its calibration is of a panel that asks b, d")]
    [InlineData("b", "c", "other", "panel \"p\" ranks with \"other\", and its calibration is of \"reward\"")]
    public void Make_CalibrationOfAnother_IsRefused(string first, string second, string ranker, string message)
    {
        using var folder = new TemporaryFolder();
        var configuration = Risky(folder.Write("calibration.json", Calibration(first, second)), "0.1");
        configuration["LLMBlender:Panels:0:Ranker"] = ranker;

        Assert.Contains(message, Assert.Throws<SettingsException>(() => Make(configuration)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "can't be read")]
    [InlineData("null", "a JSON object was expected")]
    [InlineData("""{"format":2,"ranker":"r","judge":"j","from":"f","questions":2,"stages":[],"accepted":[],"wrong":[]}""", "\"format\" is 2")]
    [InlineData("""{"format":1,"ranker":"r","judge":"j","from":"f","questions":2,"stages":[],"accepted":[],"wrong":[]}""", "\"stages\" must have members")]
    [InlineData("""{"format":1,"ranker":"r","judge":"j","from":"f","questions":2,"stages":[{"members":["b"],"offset":0}],"accepted":[1],"wrong":[1]}""", "must list 50 numbers")]
    public void Make_CalibrationThatIsNone_IsRefused(string content, string message)
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<SettingsException>(() => Make(Risky(folder.Write("calibration.json", content), "0.1")));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    // From the 25th level on, 200 choices are accepted and 2 of them are wrong; below it 400 with 200 wrong ones.
    private static string Calibration(params string[] members)
    {
        var accepted = string.Join(',', Enumerable.Range(0, 50).Select(static level => level < 25 ? 400 : 200));
        var wrong = string.Join(',', Enumerable.Range(0, 50).Select(static level => level < 25 ? 200 : 2));
        var names = string.Join(',', members.Select(static member => $"\"{member}\""));
        return $$"""{"format":1,"ranker":"reward","judge":"j","within":0,"from":"f","questions":800,"stages":[{"members":[{{names}}],"slope":1,"offset":0}],"accepted":[{{accepted}}],"wrong":[{{wrong}}]}""";
    }

    private static IConfigurationRoot Risky(string calibration, string risk) => Configuration(
        ("Backends:0:Name", "b"), ("Backends:0:Url", "http://localhost/v1"), ("Backends:0:Model", "m"),
        ("Backends:1:Name", "c"), ("Backends:1:Url", "http://localhost/v1"), ("Backends:1:Model", "m"),
        ("Panels:0:Name", "p"), ("Panels:0:Members:0", "b"), ("Panels:0:Members:1", "c"), ("Panels:0:Risk", risk), ("Panels:0:Calibration", calibration));

    [Fact]
    public void Make_NoConfiguration_IsWhatWasFoundAndTheSamplePanelBehindIt()
    {
        var found = new DiscoveredBackends([new BackendSettings { Name = "f", Model = "m", Url = "http://localhost" }], [new PanelSettings { Name = "found", Members = ["f"] }], []);

        var registry = PanelRegistryBuilder.Build(new PanelSection(), found, Sources(), null, _ => { });

        Assert.Equal(["found", "sample"], registry.Panels.Select(panel => panel.Name));
    }

    [Fact]
    public async Task Reload_ChangedFile_AppliesWithoutRestartAndKeepsWhatIsUnchanged()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("settings.json", Json("""{"Name":"p","Members":["b"]}"""));
        var configuration = new ConfigurationBuilder().AddJsonFile(file).Build();
        var services = new ServiceCollection().AddLogging();
        var registry = services.AddPanels(configuration, DiscoveredBackends.None, Sources(), _ => { });
        await using var provider = services.BuildServiceProvider();
        var reload = provider.GetRequiredService<IHostedService>();
        await reload.StartAsync(default);
        var before = registry.FindBackend("b");

        folder.Write("settings.json", Json("""{"Name":"q","Members":["b"]}"""));
        configuration.Reload();
        var renamed = registry.Panels.Select(panel => panel.Name).ToList();
        folder.Write("settings.json", Json("""{"Name":"r","Members":["nobody"]}"""));
        configuration.Reload();

        Assert.Equal(["q"], renamed);
        Assert.Same(before, registry.FindBackend("b"));
        Assert.Equal(["q"], registry.Panels.Select(panel => panel.Name));
        await reload.StopAsync(default);
    }

    [Fact]
    public void LiteLLM_ModelListAsItIs_BecomesBackends()
    {
        var notes = new List<string>();
        using var folder = new TemporaryFolder();
        var file = folder.Write("litellm.yaml", """
            model_list:
              - model_name: gpt-4o
                litellm_params:
                  model: openai/gpt-4o
                  api_key: os.environ/MY_KEY
                  rpm: 60
                model_info:
                  input_cost_per_token: 0.0000025
              - model_name: gpt-4o
                litellm_params:
                  model: gpt-4o-mini
                  api_base: https://other.example/v1
                  api_key: literal-key
              - model_name: local
                litellm_params:
                  model: ollama/llama3:8b
                  api_base: http://127.0.0.1:11434
                  temperature: 0.2
              - model_name: cloud
                litellm_params:
                  model: bedrock/anthropic.claude
            litellm_settings:
              drop_params: true
            general_settings:
              master_key: os.environ/MASTER
            """);

        var registry = PanelRegistryBuilder.Build(new PanelSection { LiteLLM = file }, DiscoveredBackends.None, Sources(), null, notes.Add);

        Assert.Equal(["gpt-4o", "gpt-4o-2", "local"], registry.Find("litellm").Members);
        var first = registry.FindBackend("gpt-4o")!.Settings!;
        Assert.Equal(("https://api.openai.com/v1", "gpt-4o", "MY_KEY", 60, 2.5m), (first.Url, first.Model, first.KeyVariable, first.RequestsPerMinute, first.PromptPrice));
        Assert.Equal(("https://other.example/v1", "gpt-4o-mini"), (registry.FindBackend("gpt-4o-2")!.Settings!.Url, registry.FindBackend("gpt-4o-2")!.Settings!.Model));
        Assert.DoesNotContain("literal-key", registry.FindBackend("gpt-4o-2")!.ToString(), StringComparison.Ordinal);
        Assert.Equal(("ollama", "llama3:8b", 0.2f), (registry.FindBackend("local")!.Settings!.Kind, registry.FindBackend("local")!.Settings!.Model, registry.FindBackend("local")!.Settings!.Temperature));
        Assert.Contains("bedrock", Assert.Single(notes), StringComparison.Ordinal);
    }

    private static PanelRegistry Make(IConfiguration configuration, List<string>? notes = null) =>
        PanelRegistryBuilder.Build(PanelConfiguration.Read(configuration), DiscoveredBackends.None, Sources(), null, (notes ?? []).Add);

    private static PanelSources Sources() => new()
    {
        Records = _ => [],
        Sample = () => [("Which?", null, [new("a", "1")])],
        Variable = name => name == "MY_KEY" ? "the-key" : null,
    };

    private static IConfigurationRoot Configuration(params (string Name, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"LLMBlender:{value.Name}", (string?)value.Value))).Build();

    private static string Json(string panel) =>
        $$"""{ "LLMBlender": { "Backends": [{ "Name": "b", "Url": "http://localhost/v1", "Model": "m" }], "Panels": [{{panel}}] } }""";
}
