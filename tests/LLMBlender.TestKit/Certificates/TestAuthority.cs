using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LLMBlender.TestKit.Certificates;

/// <summary>An authority that issues certificates of a cluster's processes and clients.</summary>
public sealed class TestAuthority : IDisposable
{
    /// <summary>The purpose of a server.</summary>
    public const string Server = "1.3.6.1.5.5.7.3.1";

    /// <summary>The purpose of a client.</summary>
    public const string Client = "1.3.6.1.5.5.7.3.2";

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 certificate;

    public TestAuthority(string name)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
    }

    /// <summary>Its certificate in PEM.</summary>
    public string Pem => certificate.ExportCertificatePem();

    /// <summary>Issues a certificate, and returns it and its key in PEM.</summary>
    public (string Certificate, string Key) Issue(DateTimeOffset? until = null, params string[] purposes)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=member", own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. purposes.Length > 0 ? purposes.Select(static one => new Oid(one)) : [new Oid(Server), new Oid(Client)]], false));
        using var issued = request.Create(certificate, DateTimeOffset.UtcNow.AddDays(-1), until ?? DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(16));
        return (issued.ExportCertificatePem(), own.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Writes a folder of a new certificate and of the authorities that it trusts: this one, and others.</summary>
    /// <returns>The folder.</returns>
    public string WriteTo(string folder, TestAuthority[]? others = null, DateTimeOffset? until = null, params string[] purposes)
    {
        Directory.CreateDirectory(folder);
        var (issued, issuedKey) = Issue(until, purposes);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), string.Join('\n', [Pem, .. (others ?? []).Select(static other => other.Pem)]));
        File.WriteAllText(Path.Combine(folder, "tls.key"), issuedKey);
        File.WriteAllText(Path.Combine(folder, "tls.crt"), issued);
        return folder;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
    }
}
