using System.CommandLine;
using System.Text;
using LLMBlender.Cli.Setup;
using LLMBlender.Client;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>secrets</c>: makes what the processes of a cluster share.</summary>
internal static class SecretsVerb
{
    private const string Details = $"""
        Makes the files that are missing in a folder, which only their owner can read:
          {ClusterSecrets.KeyFile}   authenticates what the processes write to Redis: serve --cluster-key FOLDER/{ClusterSecrets.KeyFile}
          {ClusterCertificates.CertificateFile}, {ClusterCertificates.KeyFile}, {ClusterCertificates.AuthoritiesFile}
                        a certificate for mutual TLS between the processes, its key, and the authority: serve --cluster-tls FOLDER.
                        It is valid for 825 days: delete {ClusterCertificates.CertificateFile} and run the verb again to renew it, without a restart of the processes
          ca.key        the authority's key, with which the certificate is renewed; no process needs it
          {ClusterSecrets.CallerFile}    a key of HTTP requests: serve --quick with LLMBLENDER_KEY_FILE=FOLDER/{ClusterSecrets.CallerFile}
        The names of new files are printed, and the caller's key where it is new. A second run changes nothing.

        Example:
          llmblender secrets --to secrets
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("secrets", "Make the keys and certificates that the processes of a cluster share.", Details);
        var to = new Option<string>("--to") { HelpName = "FOLDER", Description = "The folder of the files.", Required = true };
        verb.Options.Add(to);
        verb.SetAction(parsed =>
        {
            var folder = parsed.GetValue(to)!;
            var made = new ClusterSecrets(folder, terminal.Time).Make();
            var lines = made.Select(name => $"made {Path.Combine(folder, name)}").ToList();
            if (made.Contains(ClusterSecrets.CallerFile))
            {
                lines.Add($"requests need the key {File.ReadAllText(Path.Combine(folder, ClusterSecrets.CallerFile)).TrimEnd()}");
            }

            terminal.Out.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(static line => line + "\n"))));
            return ExitCode.Done;
        });
        return verb;
    }
}
