using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LLMBlender.Client;

/// <summary>
/// A folder with a process's certificate for Orleans' connections: <c>tls.crt</c> and its key <c>tls.key</c>, and in <c>ca.crt</c> the authorities whose
/// certificates the other processes may have, all in PEM, as a Kubernetes secret of cert-manager has them. Changed files apply to the next connection without a restart;
/// while they cannot be read or do not belong together, the last good ones are used. Safe for concurrent use.
/// </summary>
public sealed partial class ClusterCertificates : IDisposable
{
    /// <summary>The name of the file with the certificate.</summary>
    public const string CertificateFile = "tls.crt";

    /// <summary>The name of the file with the certificate's key.</summary>
    public const string KeyFile = "tls.key";

    /// <summary>The name of the file with the authorities' certificates; several during a change of the authority.</summary>
    public const string AuthoritiesFile = "ca.crt";

    // How often the files are looked at, at most: a handshake costs far more than their times.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly string[] Files = [CertificateFile, KeyFile, AuthoritiesFile];

    private readonly Lock gate = new();
    private readonly string folder;
    private readonly TimeProvider timeProvider;
    private Loaded current;
    private DateTime[] times;
    private long looked;
    private ILogger logger = NullLogger.Instance;

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">A file cannot be read, holds no certificate, or the key is another certificate's. The message names it.</exception>
    public ClusterCertificates(string folder, TimeProvider? timeProvider = null)
    {
        (this.folder, this.timeProvider) = (folder, timeProvider ?? TimeProvider.System);
        times = Times();
        current = Load();
        looked = this.timeProvider.GetTimestamp();
    }

    /// <summary>The process's certificate with its key.</summary>
    public X509Certificate2 Certificate => Current().Certificate;

    /// <summary>The certificates of the authorities.</summary>
    public X509Certificate2Collection Authorities => Current().Authorities;

    /// <summary>Logs changes of the files.</summary>
    public void LogTo(ILogger<ClusterCertificates> log) => logger = log;

    /// <summary>Returns whether a certificate is one of an authority's, is valid now, and is for a purpose.</summary>
    /// <param name="certificate">The other process's certificate.</param>
    /// <param name="chain">The certificates that it sent besides; null for none.</param>
    /// <param name="purposes">The object identifiers of extended key usages.</param>
    public bool IsTrusted(X509Certificate2 certificate, X509Chain? chain, params string[] purposes)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(purposes);
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(Authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.VerificationTime = timeProvider.GetUtcNow().UtcDateTime;
        Array.ForEach(purposes, purpose => own.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose)));
        if (chain is not null)
        {
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Select(static element => element.Certificate).ToArray());
        }

        return own.Build(certificate);
    }

    /// <inheritdoc/>
    public void Dispose() => current.Certificate.Dispose();

    private Loaded Current()
    {
        lock (gate)
        {
            if (timeProvider.GetElapsedTime(looked) < Interval)
            {
                return current;
            }

            looked = timeProvider.GetTimestamp();
            var now = Times();
            if (!now.AsSpan().SequenceEqual(times))
            {
                Reload();
                times = now;
            }

            return current;
        }
    }

    // A connection that is being made may still use the former certificate, so it is left to the garbage collector.
    private void Reload()
    {
        try
        {
            current = Load();
            LogReloaded(folder, current.Certificate.Subject, current.Certificate.NotAfter);
        }
        catch (ArgumentException e)
        {
            LogFailed(e.Message);
        }
    }

    private DateTime[] Times() => Array.ConvertAll(Files, file => File.GetLastWriteTimeUtc(Path.Combine(folder, file)));

    private Loaded Load()
    {
        var authorities = new X509Certificate2Collection();
        Read(AuthoritiesFile, text => authorities.ImportFromPem(text));
        if (authorities.Count == 0)
        {
            throw new ArgumentException($"{Path.Combine(folder, AuthoritiesFile)} has no certificate in PEM");
        }

        X509Certificate2? certificate = null;
        Read(CertificateFile, certificateText => Read(KeyFile, keyText => certificate = X509Certificate2.CreateFromPem(certificateText, keyText)));
        return new Loaded(ForConnections(certificate!), authorities);
    }

    // Windows cannot use a key that has no file of its own.
    private static X509Certificate2 ForConnections(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
    }

    private void Read(string name, Action<string> parse)
    {
        var file = Path.Combine(folder, name);
        try
        {
            parse(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"{file} cannot be read: {e.Message}", e);
        }
        catch (CryptographicException e)
        {
            throw new ArgumentException($"{file} is not what it must be, PEM of a certificate or of its key: {e.Message}", e);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "the certificates of {Folder} changed; new connections use {Subject}, valid until {NotAfter:o}")]
    private partial void LogReloaded(string folder, string subject, DateTime notAfter);

    [LoggerMessage(Level = LogLevel.Error, Message = "the cluster's certificates changed and are not used, the former ones stay: {Cause}")]
    private partial void LogFailed(string cause);

    private sealed record Loaded(X509Certificate2 Certificate, X509Certificate2Collection Authorities);
}
