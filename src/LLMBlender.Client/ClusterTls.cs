using Orleans.Connections.Security;

namespace LLMBlender.Client;

/// <summary>Mutual TLS of Orleans' connections with the certificates of a folder.</summary>
/// <remarks>
/// A certificate is checked by its authority, its time and its purpose, and not by a name: processes are addressed by the addresses of pods and containers, which
/// certificates do not know. A silo's certificate is for servers and clients, a client's only for clients, so that a client cannot become a silo.
/// </remarks>
public static class ClusterTls
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    /// <summary>Options of the connections that a silo accepts from other silos.</summary>
    public static TlsOptions FromSilos(ClusterCertificates certificates) => Create(certificates, ForServers, ForClients);

    /// <summary>Options of the connections that a silo accepts from clients.</summary>
    public static TlsOptions FromClients(ClusterCertificates certificates) => Create(certificates, ForClients);

    /// <summary>Options of the connections that a silo or a client opens.</summary>
    public static TlsOptions ToSilos(ClusterCertificates certificates) => Create(certificates, ForServers);

    private static TlsOptions Create(ClusterCertificates certificates, params string[] purposes) => new()
    {
        LocalServerCertificateSelector = (_, _) => certificates.Certificate,
        LocalClientCertificateSelector = (_, _, _, _, _) => certificates.Certificate,
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        RemoteCertificateValidation = (certificate, chain, _) => certificates.IsTrusted(certificate, chain, purposes),
    };
}
