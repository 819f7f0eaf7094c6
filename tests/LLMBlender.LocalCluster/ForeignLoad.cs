namespace LLMBlender.LocalCluster;

/// <summary>Clients of another language: a program that asks without a pause on connections that it keeps open, until its input ends.</summary>
internal sealed class ForeignLoad : IAsyncDisposable
{
    private static readonly (string Name, string Program, string Script)[] Known = [("Node's fetch (undici)", "node", "fetch.mjs"), ("Python's http.client", "python3", "http_client.py")];
    private readonly Child child;

    private ForeignLoad(string name, Child child) => (Name, this.child) = (name, child);

    public string Name { get; }

    /// <summary>Starts one of each language that is installed.</summary>
    public static IReadOnlyList<ForeignLoad> StartAll(int port, int concurrency) =>
    [
        .. Known.Where(static one => IsInstalled(one.Program)).Select(one => new ForeignLoad(one.Name, Child.Start(
            one.Program, one.Program, Path.Combine(AppContext.BaseDirectory, "Clients", one.Script), $"http://127.0.0.1:{port}", $"{one.Program} {Guid.NewGuid():N}", $"{concurrency}"))),
    ];

    /// <summary>Those that are not installed.</summary>
    public static IEnumerable<string> Missing => Known.Where(static one => !IsInstalled(one.Program)).Select(static one => one.Name);

    /// <summary>Lets it finish what is under way, and returns what it counted.</summary>
    public async Task<Tally> EndAsync()
    {
        child.CloseInput();
        return Tally.Read(await child.FirstLine);
    }

    public ValueTask DisposeAsync() => child.DisposeAsync();

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
