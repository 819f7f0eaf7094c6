using System.Text.Json;
using LLMBlender.Cli.Serving;
using LLMBlender.Gateway.Settings;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Serving;

public sealed class SettingsStoreTests : IDisposable
{
    private const string Written = """
        {
          // by hand
          "LLMBlender": {
            "Gateway": { "Callers": [{ "Name": "team", "KeySha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }] },
            "Backends": [
              { "Name": "one", "Url": "http://127.0.0.1:9/v1?key=hidden-key", "Model": "m", "Attempts": 1 }, // the first
              { "Name": "two", "Url": "http://127.0.0.1:9/v1", "Model": "n", "KeyVariable": "SET_KEY" }
            ],
            "Panels": [{ "Name": "p", "Members": ["one", "two"], "Fuser": "select" }]
          }
        }
        """;

    private readonly TemporaryFolder folder = new();
    private readonly string file;
    private readonly SettingsStore store;

    public SettingsStoreTests()
    {
        file = folder.Write("c.json", Written);
        store = new SettingsStore(file, new ServeSettings(), new Terminal(Stream.Null, Stream.Null, Stream.Null) { Variable = static name => name is "SET_KEY" or "odd" ? "secret-key" : null });
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_File_ShowsNoKeyAndNoCaller()
    {
        var view = store.Read();

        var shown = JsonSerializer.Serialize(view);
        Assert.Equal(["Attempts"], view.Backends[0].Others);
        Assert.Equal("http://127.0.0.1:9/v1?…", view.Backends[0].Values.GetProperty("Url").GetString());
        Assert.Equal("SET_KEY", view.Backends[1].Values.GetProperty("KeyVariable").GetString());
        Assert.Equal("select", view.Panels[0].Values.GetProperty("Fuser").GetString());
        Assert.All(["hidden-key", "secret-key", "aaaaaaaa", "team"], secret => Assert.DoesNotContain(secret, shown, StringComparison.Ordinal));
    }

    [Fact]
    public void Write_Change_KeepsCommentsAndTheFileBefore()
    {
        var view = store.Write(Change(
            [Item(1), Item(0, """{"Temperature": 0.5}"""), Item(null, """{"Name": "three", "Kind": "ollama", "Url": "http://127.0.0.1:9", "Model": "o"}""")],
            [Item(0, """{"Members": ["three", "one"], "Fuser": null}""")]));

        Assert.Equal(
            """
            {
              // by hand
              "LLMBlender": {
                "Gateway": { "Callers": [{ "Name": "team", "KeySha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }] },
                "Backends": [
                  { "Name": "two", "Url": "http://127.0.0.1:9/v1", "Model": "n", "KeyVariable": "SET_KEY" },
                  { "Name": "one", "Url": "http://127.0.0.1:9/v1?key=hidden-key", "Model": "m", "Attempts": 1, "Temperature": 0.5 }, // the first
                  { "Name": "three", "Kind": "ollama", "Url": "http://127.0.0.1:9", "Model": "o" }
                ],
                "Panels": [{ "Name": "p", "Members": ["three", "one"] }]
              }
            }
            """,
            File.ReadAllText(file));
        Assert.Equal(Written, File.ReadAllText($"{file}.bak"));
        Assert.Equal(3, view.Backends.Length);
        Assert.Equal(["c.json", "c.json.bak"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("""{"Fuser": "ones"}""", "LLMBlender:Panels:0:Fuser is \"ones\", and must be one of Fusers (select) or the name of a backend; did you mean \"one\"?", "Panels:0:Fuser")]
    [InlineData("""{"Members": ["one", "three"]}""", "three", "Panels:0")]
    [InlineData("""{"Samples": "many"}""", "LLMBlender:Panels:0:Samples is \"many\", and must be a whole number", "Panels:0:Samples")]
    [InlineData("""{"Confidence": 2}""", "Panels:0:Confidence is \"2\", and must be from 0 to 1", "Panels:0:Confidence")]
    [InlineData("""{"Records": "/etc/passwd"}""", "Panels:0:Records can't be changed here", "Panels:0:Records")]
    public void Write_InvalidPanel_NamesKeyValueAndRuleAndWritesNothing(string set, string problem, string key) =>
        Refused(Change([Item(0), Item(1)], [Item(0, set)]), problem, key);

    [Theory]
    [InlineData("""{"Url": "ftp://x"}""", "Backends:1:Url is \"ftp://x\", and must be an absolute http or https URL", "Backends:1:Url")]
    [InlineData("""{"Url": "http://x/?…"}""", "Backends:1:Url contains \"…\"", "Backends:1:Url")]
    [InlineData("""{"KeyVariable": "NOT_SET"}""", "Backends:1:KeyVariable is \"NOT_SET\", and must be an environment variable that is set", "Backends:1:KeyVariable")]
    [InlineData("""{"KeyFile": "/etc/passwd"}""", "Backends:1:KeyFile can't be changed here", "Backends:1:KeyFile")]
    [InlineData("""{"Name": "one"}""", "one", "Backends:1")]
    public void Write_InvalidBackend_NamesKeyValueAndRuleAndWritesNothing(string set, string problem, string key) =>
        Refused(Change([Item(0), Item(1, set)], [Item(0)]), problem, key);

    [Fact]
    public void Write_KeyInsteadOfItsVariable_IsNotWrittenAndNotRepeated()
    {
        var problem = Refused(Change([Item(0), Item(1, """{"KeyVariable": "sk-pasted-by-mistake"}""")], [Item(0)]), "has 20 characters and is no variable's name", "Backends:1:KeyVariable");

        Assert.DoesNotContain("sk-pasted", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NoPanelsOrUnknownRanker_IsRefused()
    {
        Refused(Change([Item(0), Item(1)], []), "Panels is empty, and must contain one panel at least", "Panels");
        Refused(Change([Item(0), Item(1)], [Item(0)]) with { Rankers = ["../../etc"] }, "Rankers:0 is \"../../etc\", and must be one of", "Rankers:0");
        Refused(Change([Item(0), Item(7)], [Item(0)]), "Backends:1:was is 7, and must be the place of an item of the file, from 0 to 1", "Backends:1:was");
    }

    [Fact]
    public void Write_FileChangedSince_WritesNothing()
    {
        var change = Change([Item(0), Item(1)], [Item(0, """{"Fuser": "one"}""")]);
        File.AppendAllText(file, "\n");

        var problem = Assert.Throws<SettingsStoreException>(() => store.Write(change));

        Assert.Equal(SettingsFailure.Changed, problem.Failure);
        Assert.Equal(Written + "\n", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("{\"LLMBlender\": {\"Backends\": {\"0\": {}}}}", "\"Backends\" must be a list")]
    [InlineData("{\"LLMBlender\": []}", "\"LLMBlender\" must be an object")]
    [InlineData("{", "is not JSON")]
    public void Read_FormThatCantBeEdited_SaysWhy(string text, string problem)
    {
        File.WriteAllText(file, text);

        var e = Assert.Throws<SettingsStoreException>(store.Read);

        Assert.Equal(SettingsFailure.File, e.Failure);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NoFileYet_CreatesIt()
    {
        File.Delete(file);
        var none = store.Read();

        store.Write(new SettingsChange
        {
            Version = none.Version,
            Backends = [Item(null, """{"Name": "b", "Kind": "ollama", "Url": "http://127.0.0.1:9", "Model": "m"}""")],
            Panels = [Item(null, """{"Name": "p", "Members": ["b"]}""")],
            Rankers = [],
            Fusers = ["select"],
        });

        Assert.Empty(none.Panels);
        Assert.Equal(["b"], store.Read().Panels[0].Values.GetProperty("Members").EnumerateArray().Select(static one => one.GetString()));
        Assert.False(File.Exists($"{file}.bak"));
    }

    [Fact]
    public void Write_LinkedFile_ReplacesItsTarget()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("a link needs rights on Windows");
            return;
        }

        var link = folder.File("link.json");
        File.CreateSymbolicLink(link, file);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var linked = new SettingsStore(link, new ServeSettings(), new Terminal(Stream.Null, Stream.Null, Stream.Null) { Variable = static _ => "set" });

        linked.Write(Change([Item(0), Item(1)], [Item(0, """{"Fuser": "one"}""")]));

        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Contains("\"Fuser\": \"one\"", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private SettingsChange Change(ItemChange[] backends, ItemChange[] panels) => new() { Version = store.Read().Version, Backends = backends, Panels = panels };

    private static ItemChange Item(int? was, string set = "{}") => new() { Was = was, Set = JsonDocument.Parse(set).RootElement };

    private string Refused(SettingsChange change, string problem, string key)
    {
        var e = Assert.Throws<SettingsStoreException>(() => store.Write(change));

        Assert.Equal(SettingsFailure.Invalid, e.Failure);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.Equal(key, e.Key);
        Assert.DoesNotContain(".new.json", e.Message, StringComparison.Ordinal);
        Assert.Equal(Written, File.ReadAllText(file));
        Assert.Single(Directory.EnumerateFiles(folder.Path));
        return e.Message;
    }
}
