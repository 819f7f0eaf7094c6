using LLMBlender.Local.Telemetry;
using LLMBlender.Records;
using LLMBlender.Silo.Placement;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LLMBlender.Cli.Serving;

/// <summary>
/// The telemetry of a <c>serve</c> process: metrics at <c>/metrics</c>; also metrics, traces and logs by OTLP if
/// OpenTelemetry's environment variables set an endpoint.
/// </summary>
internal static class ServeTelemetry
{
    /// <summary>The path that Prometheus scrapes.</summary>
    public const string Path = "/metrics";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ServiceName = "llmblender";

    private static readonly string[] Meters =
    [
        BlendMetrics.MeterName, "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime",
    ];

    /// <summary>Adds the telemetry.</summary>
    public static void Add(WebApplicationBuilder builder, SiloRoles roles)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(ServiceName, serviceVersion: ProductVersion.Text)
                .AddAttributes([new("llmblender.roles", RoleNames.Write(roles))])
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                // Exemplars lead from a histogram to the traces of its measurements. Without traces there are none.
                metrics.SetExemplarFilter(ExemplarFilterType.TraceBased).AddMeter(Meters).AddPrometheusExporter();
                if (Exports(builder.Configuration, "METRICS"))
                {
                    metrics.AddOtlpExporter(To(builder.Configuration, "METRICS"));
                }
            });
        if (Exports(builder.Configuration, "TRACES"))
        {
            telemetry.WithTracing(traces => traces
                .AddSource(BlendTracing.SourceName)
                .AddAspNetCoreInstrumentation(requests => requests.Filter = static context => !IsProbe(context.Request.Path))
                .AddHttpClientInstrumentation()
                .AddOtlpExporter(To(builder.Configuration, "TRACES")));
        }

        if (Exports(builder.Configuration, "LOGS"))
        {
            telemetry.WithLogging(logs => logs.AddOtlpExporter(To(builder.Configuration, "LOGS")), lines => lines.IncludeScopes = true);
        }
    }

    // Probes and scrapes recur every few seconds and are not traced.
    private static bool IsProbe(Microsoft.AspNetCore.Http.PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments(Path);

    private static bool Exports(ConfigurationManager configuration, string signal) =>
        (configuration[Endpoint] ?? configuration[OwnEndpoint(signal)]) is { Length: > 0 };

    // By OpenTelemetry's specification, a signal's endpoint is a complete address; the common endpoint lacks the signal's path.
    private static Action<OtlpExporterOptions> To(ConfigurationManager configuration, string signal) => exporter =>
    {
        if (configuration[OwnEndpoint(signal)] is { Length: > 0 } own)
        {
            exporter.Endpoint = new Uri(own);
        }

        if (configuration[$"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL"] is { Length: > 0 } protocol)
        {
            exporter.Protocol = protocol == "http/protobuf" ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        }
    };

    private static string OwnEndpoint(string signal) => $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT";
}
