using LLMBlender.TestKit;
using LLMBlender.TestKit.Certificates;
using Microsoft.Extensions.Time.Testing;

namespace LLMBlender.Client.Tests;

/// <summary>The files of a cluster's certificates, read and changed.</summary>
public sealed class ClusterCertificatesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestAuthority authority = new("cluster");
    private readonly TestAuthority other = new("other");

    [Theory]
    [InlineData("ca.crt", null, "ca.crt cannot be read: ")]
    [InlineData("tls.crt", null, "tls.crt cannot be read: ")]
    [InlineData("tls.key", null, "tls.key cannot be read: ")]
    [InlineData("ca.crt", "", "ca.crt has no certificate in PEM")]
    [InlineData("ca.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "ca.crt is not what it must be, PEM of a certificate or of its key")]
    [InlineData("tls.key", "junk", "tls.key is not what it must be, PEM of a certificate or of its key")]
    public void Read_BadFile_NamesIt(string file, string? content, string problem)
    {
        authority.WriteTo(folder.Path);
        File.Delete(folder.File(file));
        if (content is not null)
        {
            folder.Write(file, content);
        }

        var e = Assert.Throws<ArgumentException>(() => new ClusterCertificates(folder.Path));

        Assert.StartsWith(Path.Combine(folder.Path, problem), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_KeyOfAnotherCertificate_IsRefused()
    {
        authority.WriteTo(folder.Path);
        folder.Write("tls.key", authority.Issue().Key);

        Assert.Throws<ArgumentException>(() => new ClusterCertificates(folder.Path));
    }

    [Fact]
    public void Certificate_ChangedFiles_IsTheNewOneAfterASecond_AndTheOldOneWhileTheyAreBad()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        authority.WriteTo(folder.Path);
        using var certificates = new ClusterCertificates(folder.Path, time);
        var first = certificates.Certificate.Thumbprint;

        Replace(() => authority.WriteTo(folder.Path), 1);
        Assert.Equal(first, certificates.Certificate.Thumbprint);
        time.Advance(TimeSpan.FromSeconds(1));
        var second = certificates.Certificate.Thumbprint;
        Assert.NotEqual(first, second);

        Replace(() => folder.Write("tls.crt", "half"), 2);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(second, certificates.Certificate.Thumbprint);

        Replace(() => other.WriteTo(folder.Path), 3);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(second, certificates.Certificate.Thumbprint);
        Assert.Equal(other.Pem, certificates.Authorities[0].ExportCertificatePem());
    }

    [Fact]
    public void Trust_OfOtherAuthoritiesTimesAndPurposes_IsDenied()
    {
        authority.WriteTo(folder.Path);
        using var certificates = new ClusterCertificates(folder.Path);

        Assert.True(IsTrusted(authority.Issue(), TestAuthority.Server, TestAuthority.Client));
        Assert.True(IsTrusted(authority.Issue(null, TestAuthority.Client), TestAuthority.Client));
        Assert.False(IsTrusted(authority.Issue(null, TestAuthority.Client), TestAuthority.Server, TestAuthority.Client));
        Assert.False(IsTrusted(authority.Issue(DateTimeOffset.UtcNow.AddMinutes(-1)), TestAuthority.Server));
        Assert.False(IsTrusted(other.Issue(), TestAuthority.Server));

        bool IsTrusted((string Certificate, string Key) pem, params string[] purposes)
        {
            using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(pem.Certificate, pem.Key);
            return certificates.IsTrusted(certificate, null, purposes);
        }
    }

    public void Dispose()
    {
        authority.Dispose();
        other.Dispose();
        folder.Dispose();
    }

    // Files that were written within a tick of the file system's clock have the same time otherwise.
    private void Replace(Action write, int hour)
    {
        write();
        foreach (var file in Directory.GetFiles(folder.Path))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(hour));
        }
    }
}
