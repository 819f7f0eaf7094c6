using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LLMBlender.Client;
using LLMBlender.Records;

namespace LLMBlender.Cli.Setup;

/// <summary>The secrets that a cluster's processes share, as files of a folder that only their owner can read.</summary>
/// <param name="folder">The folder.</param>
/// <param name="time">The clock.</param>
internal sealed class ClusterSecrets(string folder, TimeProvider time)
{
    /// <summary>The name of the file with the key of what is written to Redis.</summary>
    public const string KeyFile = "cluster.key";

    /// <summary>The name of the file with a key of HTTP requests.</summary>
    public const string CallerFile = "caller.key";

    private const string AuthorityKeyFile = "ca.key";
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";
    private const int SerialBytes = 16;
    private const int AuthorityYears = 10;
    private const int CertificateDays = 825;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the files that are missing.</summary>
    /// <returns>Their names.</returns>
    /// <exception cref="UsageException">A file cannot be written, or an authority's key is missing without which no certificate can be made.</exception>
    public IReadOnlyList<string> Make()
    {
        var made = new List<string>();
        try
        {
            Directory.CreateDirectory(folder);
            MakeText(KeyFile, static () => RandomNumberGenerator.GetHexString(64, lowercase: true), made);
            MakeText(CallerFile, static () => $"llmblender-{RandomNumberGenerator.GetHexString(48, lowercase: true)}", made);
            MakeCertificates(made);
            return made;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UsageException($"--to {folder}: {e.Message}", e);
        }
    }

    private void MakeCertificates(List<string> made)
    {
        if (!Has(ClusterCertificates.AuthoritiesFile))
        {
            using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var authority = Authority(authorityKey);
            Write(AuthorityKeyFile, authorityKey.ExportPkcs8PrivateKeyPem());
            MakeText(ClusterCertificates.AuthoritiesFile, authority.ExportCertificatePem, made);
        }

        if (Has(ClusterCertificates.CertificateFile) && Has(ClusterCertificates.KeyFile))
        {
            return;
        }

        if (!Has(AuthorityKeyFile))
        {
            throw new UsageException($"--to {folder}: {ClusterCertificates.CertificateFile} is missing, and {AuthorityKeyFile} too, which makes it; the authority of {ClusterCertificates.AuthoritiesFile} has to issue the certificate");
        }

        using var issuer = X509Certificate2.CreateFromPemFile(Path.Combine(folder, ClusterCertificates.AuthoritiesFile), Path.Combine(folder, AuthorityKeyFile));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Member(issuer, key);
        File.Delete(Path.Combine(folder, ClusterCertificates.CertificateFile));
        Write(ClusterCertificates.KeyFile, key.ExportPkcs8PrivateKeyPem());
        MakeText(ClusterCertificates.CertificateFile, certificate.ExportCertificatePem, made);
    }

    private X509Certificate2 Authority(ECDsa key)
    {
        var request = new CertificateRequest("CN=LLMBlender cluster", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(Start(), time.GetUtcNow().AddYears(AuthorityYears));
    }

    private X509Certificate2 Member(X509Certificate2 issuer, ECDsa key)
    {
        var request = new CertificateRequest("CN=llmblender", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ForServers), new Oid(ForClients)], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.Create(issuer, Start(), time.GetUtcNow().AddDays(CertificateDays), RandomNumberGenerator.GetBytes(SerialBytes));
    }

    // Clocks of other machines may be behind.
    private DateTimeOffset Start() => time.GetUtcNow().AddHours(-1);

    private bool Has(string name) => File.Exists(Path.Combine(folder, name));

    private void MakeText(string name, Func<string> text, List<string> made)
    {
        if (!Has(name))
        {
            Write(name, text());
            made.Add(name);
        }
    }

    // Beside it and renamed, so that a process that waits for the file reads it whole.
    private void Write(string name, string text)
    {
        var (path, part) = (Path.Combine(folder, name), Path.Combine(folder, $".{name}.{Guid.NewGuid():N}"));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var writer = new StreamWriter(part, System.Text.Encoding.ASCII, options))
        {
            writer.Write(text.TrimEnd() + "\n");
        }

        File.Move(part, path, overwrite: true);
    }
}
