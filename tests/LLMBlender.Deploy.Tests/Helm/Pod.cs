using System.Text.Json.Nodes;
using LLMBlender.Cli.Setup;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.Deploy.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Helm;

/// <summary>
/// A Deployment's container as a process of this machine: its arguments, its environment and its files, with a loopback address
/// for the pod's and, since all pods share this machine, ports of its own.
/// </summary>
internal static class Pod
{
    private const string SettingsFolder = "/etc/llmblender";
    private const string CertificateFolder = "/etc/llmblender-tls";

    /// <summary>The configuration file that a pod mounts.</summary>
    public static JsonNode SettingsOf(JsonObject[] manifests, JsonNode pod)
    {
        var volume = pod["volumes"]!.AsArray().Single(volume => (string?)volume!["name"] == "settings")!;
        var map = manifests.Single(manifest => (string?)manifest["kind"] == "ConfigMap" && ChartTests.NameOf(manifest) == (string?)volume["configMap"]!["name"]);
        return JsonNode.Parse((string)map["data"]!["settings.json"]!)!;
    }

    /// <summary>Starts it.</summary>
    /// <param name="manifests">What helm would install.</param>
    /// <param name="deployment">The Deployment.</param>
    /// <param name="secrets">Values of secrets, as "name/key".</param>
    /// <param name="redis">The Redis that addresses of none that exists here stand for.</param>
    /// <param name="folder">Where its files are put.</param>
    public static PodProcess Start(
        JsonObject[] manifests, JsonObject deployment, IReadOnlyDictionary<string, string> secrets, string redis, TemporaryFolder folder)
    {
        var pod = deployment["spec"]!["template"]!["spec"]!;
        var container = pod["containers"]!.AsArray().Single()!;
        var name = ChartTests.NameOf(deployment);
        Assert.Equal(SettingsFolder, (string?)container["volumeMounts"]!.AsArray().Single(mount => (string?)mount!["name"] == "settings")!["mountPath"]);
        var settings = Directory.CreateDirectory(folder.File(name)).FullName;
        WriteSettings(settings, SettingsOf(manifests, pod));
        var certificates = folder.File("cluster-tls");
        if (pod["volumes"]!.AsArray().Any(volume => (string?)volume!["secret"]?["secretName"] == "cluster-tls"))
        {
            Assert.Equal(CertificateFolder, (string?)container["volumeMounts"]!.AsArray().Single(mount => (string?)mount!["name"] == "cluster-tls")!["mountPath"]);
            new ClusterSecrets(certificates, TimeProvider.System).Make();
        }

        var environment = container["env"]!.AsArray().ToDictionary(env => (string)env!["name"]!, env => ValueOf(env!, secrets, redis));
        environment["LLMBLENDER_MODELS"] = Repository.File("models");
        var args = container["args"]!.AsArray().Select(arg => Expand((string)arg!, environment)).Select(arg => Here(arg.Replace(CertificateFolder, certificates, StringComparison.Ordinal), settings));
        return PodProcess.Start(name, [.. args], environment);
    }

    /// <summary>Writes a pod's configuration file, or writes it anew, as kubelet does: a new folder, and a link that moves to it at once.</summary>
    public static void WriteSettings(string folder, JsonNode settings)
    {
        var version = $"..{Guid.NewGuid():N}";
        Directory.CreateDirectory(Path.Combine(folder, version));
        File.WriteAllText(Path.Combine(folder, version, "settings.json"), settings.ToJsonString());
        var next = Path.Combine(folder, "..data_tmp");
        Directory.CreateSymbolicLink(next, version);
        if (Directory.Exists(Path.Combine(folder, "..data")))
        {
            // Only the system's own rename takes one link's place by another's in one step.
            using var move = System.Diagnostics.Process.Start("mv", ["-T", next, Path.Combine(folder, "..data")]);
            move.WaitForExit();
            return;
        }

        Directory.Move(next, Path.Combine(folder, "..data"));
        File.CreateSymbolicLink(Path.Combine(folder, "settings.json"), Path.Combine("..data", "settings.json"));
    }

    /// <summary>The paths that its probes look at.</summary>
    public static string[] Probes(JsonObject deployment)
    {
        var container = deployment["spec"]!["template"]!["spec"]!["containers"]![0]!;
        return [.. new[] { "startupProbe", "livenessProbe", "readinessProbe" }.Select(probe => (string)container[probe]!["httpGet"]!["path"]!)];
    }

    // What cannot be the same on one machine for all pods, and nothing else.
    private static string Here(string arg, string settings) =>
        arg.StartsWith("--urls=http://*:", StringComparison.Ordinal) ? "--urls=http://127.0.0.1:0"
        : arg.StartsWith("--silo-port=", StringComparison.Ordinal) ? $"--silo-port={FreePort.Next()}"
        : arg.StartsWith("--gateway-port=", StringComparison.Ordinal) ? $"--gateway-port={FreePort.Next()}"
        : arg.Replace(SettingsFolder, settings, StringComparison.Ordinal);

    private static string ValueOf(JsonNode env, IReadOnlyDictionary<string, string> secrets, string redis)
    {
        if (env["valueFrom"] is { } from)
        {
            return from["fieldRef"] is { } field
                ? (string?)field["fieldPath"] == "status.podIP" ? "127.0.0.1" : "pod"
                : secrets[$"{from["secretKeyRef"]!["name"]}/{from["secretKeyRef"]!["key"]}"];
        }

        var value = (string)env["value"]!;
        return (string?)env["name"] == "LLMBLENDER_REDIS" ? redis + (value.Contains(',') ? value[value.IndexOf(',')..] : "") : value;
    }

    private static string Expand(string arg, Dictionary<string, string> environment) =>
        environment.Aggregate(arg, (text, variable) => text.Replace($"$({variable.Key})", variable.Value, StringComparison.Ordinal));
}
