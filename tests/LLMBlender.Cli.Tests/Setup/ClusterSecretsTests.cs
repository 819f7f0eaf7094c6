using LLMBlender.Cli.Serving;
using LLMBlender.Client;
using LLMBlender.Silo.Sealing;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Setup;

/// <summary>The keys and certificates that a cluster's processes share.</summary>
public sealed class ClusterSecretsTests : IDisposable
{
    private static readonly string[] Files = ["ca.crt", "ca.key", "caller.key", "cluster.key", "tls.crt", "tls.key"];
    private readonly TemporaryFolder folder = new();

    private string To => folder.File("secrets");

    [Fact]
    public async Task Secrets_NewFolder_HasFilesOfItsOwnerThatServeReads()
    {
        var outcome = await CommandLine.RunAsync("secrets", "--to", To);

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Equal(Files, Directory.GetFiles(To).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(To), AssertOwners);
        Assert.Contains($"requests need the key {(await ReadAsync("caller.key")).Trim()}", outcome.Out, StringComparison.Ordinal);
        using var certificates = new ClusterCertificates(To);
        Assert.True(certificates.IsTrusted(certificates.Certificate, null, "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"));
        Assert.NotNull(ClusterKey.Read(Path.Combine(To, "cluster.key")));
    }

    [Fact]
    public async Task Secrets_SecondRun_ChangesNothing()
    {
        await CommandLine.RunAsync("secrets", "--to", To);
        var before = await Task.WhenAll(Files.Select(ReadAsync));

        var outcome = await CommandLine.RunAsync("secrets", "--to", To);

        Assert.Equal((ExitCode.Done, "", ""), (outcome.Code, outcome.Out, outcome.Error));
        Assert.Equal(before, await Task.WhenAll(Files.Select(ReadAsync)));
    }

    [Fact]
    public async Task Secrets_CertificateDeleted_IsRenewedByTheSameAuthority()
    {
        await CommandLine.RunAsync("secrets", "--to", To);
        var (authority, key) = (await ReadAsync("ca.crt"), await ReadAsync("cluster.key"));
        File.Delete(Path.Combine(To, "tls.crt"));

        await CommandLine.RunAsync("secrets", "--to", To);

        Assert.Equal((authority, key), (await ReadAsync("ca.crt"), await ReadAsync("cluster.key")));
        using var certificates = new ClusterCertificates(To);
        Assert.True(certificates.IsTrusted(certificates.Certificate, null));
    }

    [Fact]
    public async Task Secrets_CertificateAndAuthoritysKeyDeleted_IsRefused()
    {
        await CommandLine.RunAsync("secrets", "--to", To);
        File.Delete(Path.Combine(To, "tls.crt"));
        File.Delete(Path.Combine(To, "ca.key"));

        var outcome = await CommandLine.RunAsync("secrets", "--to", To);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("tls.crt is missing, and ca.key too", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--advertise 203.0.113.7 opens the ports", "--advertise", "203.0.113.7")]
    [InlineData("--cluster-tls: ", "--cluster-tls", "/nowhere")]
    public async Task Serve_ReachableWithoutCertificates_IsRefused(string problem, params string[] options)
    {
        var outcome = await CommandLine.RunAsync(["serve", "--redis", "127.0.0.1:1", .. options]);

        Assert.Equal((ExitCode.Usage, ""), (outcome.Code, outcome.Out));
        Assert.Contains($"llmblender: {problem}", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MachineKey_ManyAtOnce_IsOne()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => MachineKey.Read(folder.Path, static note => Assert.Fail(note))!)));

        var code = new byte[ClusterKey.CodeSize];
        keys[0].Sign("content"u8, code);
        Assert.All(keys, key => Assert.True(key.Verify("content"u8, code)));
        var file = Assert.Single(Directory.GetFiles(folder.File("llmblender")));
        AssertOwners(file);
    }

    [Fact]
    public void MachineKey_UnusableFolder_IsNoneAndSaysSo()
    {
        var notes = new List<string>();

        Assert.Null(MachineKey.Read(folder.Write("file", ""), notes.Add));

        Assert.StartsWith("whoever can write to Redis is trusted: there is no --cluster-key, and none can be made: ", Assert.Single(notes), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static void AssertOwners(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    private Task<string> ReadAsync(string file) => File.ReadAllTextAsync(Path.Combine(To, file), TestContext.Current.CancellationToken);
}
