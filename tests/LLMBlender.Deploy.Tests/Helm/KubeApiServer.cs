using System.Diagnostics;
using System.Security.Cryptography;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Helm;

/// <summary>A real kube-apiserver over a real etcd, without nodes or controllers: it validates and admits what it is sent, as the server of a cluster does.</summary>
internal sealed class KubeApiServer : IAsyncDisposable
{
    /// <summary>Why a test that needs one was skipped.</summary>
    public const string SkipReason =
        "needs kube-apiserver, etcd and kubectl on the PATH, or named by LLMBLENDER_KUBE_APISERVER, LLMBLENDER_ETCD and LLMBLENDER_KUBECTL";

    private readonly TemporaryFolder folder = new();
    private readonly List<Process> processes = [];
    private readonly string token = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly int port = FreePort.Next();

    private KubeApiServer()
    {
    }

    /// <summary>Whether its programs are installed.</summary>
    public static bool IsInstalled => Find("kube-apiserver", "LLMBLENDER_KUBE_APISERVER") is not null && Find("etcd", "LLMBLENDER_ETCD") is not null && Kubectl is not null;

    private static string? Kubectl => Find("kubectl", "LLMBLENDER_KUBECTL");

    private string Url => $"https://127.0.0.1:{port}";

    /// <summary>Starts one, and waits until it is ready.</summary>
    public static async Task<KubeApiServer> StartAsync()
    {
        var server = new KubeApiServer();
        try
        {
            await server.StartAllAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs kubectl on it.</summary>
    public Task<Outcome> KubectlAsync(params string[] args) => Outcome.OfAsync(
        new ProcessStartInfo(Kubectl!, ["--server", Url, "--token", token, "--insecure-skip-tls-verify", .. args])
        {
            // No configuration of the person who runs the tests counts.
            Environment = { ["KUBECONFIG"] = folder.File("none") },
        },
        Until.Patience);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        folder.Dispose();
    }

    private async Task StartAllAsync()
    {
        var (clients, peers) = ($"http://127.0.0.1:{FreePort.Next()}", $"http://127.0.0.1:{FreePort.Next()}");
        Start(
            Find("etcd", "LLMBLENDER_ETCD")!, "--data-dir", folder.File("etcd"), "--listen-client-urls", clients, "--advertise-client-urls", clients, "--listen-peer-urls", peers,
            "--initial-advertise-peer-urls", peers, "--initial-cluster", $"default={peers}");
        using (var key = RSA.Create(2048))
        {
            folder.Write("accounts.key", key.ExportRSAPrivateKeyPem());
        }

        folder.Write("tokens.csv", $"{token},admin,admin,system:masters\n");
        Start(
            Find("kube-apiserver", "LLMBLENDER_KUBE_APISERVER")!, "--etcd-servers", clients, "--bind-address", "127.0.0.1", "--secure-port", $"{port}", "--cert-dir", folder.File("certificates"),
            "--token-auth-file", folder.File("tokens.csv"), "--authorization-mode", "RBAC", "--service-cluster-ip-range", "10.96.0.0/16", "--service-account-issuer", Url,
            "--service-account-key-file", folder.File("accounts.key"), "--service-account-signing-key-file", folder.File("accounts.key"), "--disable-admission-plugins", "ServiceAccount");
        await Until.IsSoAsync(async () => (await KubectlAsync("get", "--raw", "/readyz")).Code == 0, "kube-apiserver is ready");
    }

    private void Start(string program, params string[] args)
    {
        var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes.Add(process);
    }

    private static string? Find(string name, string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path
        ? path
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
