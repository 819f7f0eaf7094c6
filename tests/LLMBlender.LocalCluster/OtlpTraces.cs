namespace LLMBlender.LocalCluster;

/// <summary>An OTLP message of spans, as far as the requests that a server has served go.</summary>
/// <remarks>opentelemetry-proto, trace/v1/trace.proto: the numbers below are its fields'.</remarks>
internal static class OtlpTraces
{
    private const ulong Server = 2;

    /// <summary>The names of the spans of requests, such as "POST /v1/rank".</summary>
    public static IEnumerable<string> Requests(ReadOnlyMemory<byte> message) =>
        OtlpFields.Parts(message, 1).SelectMany(static resource => OtlpFields.Parts(resource, 2)).SelectMany(static scope => OtlpFields.Parts(scope, 2))
            .Where(static span => OtlpFields.All(span).Any(static field => field is { Field: 6, Number: Server }))
            .Select(static span => OtlpFields.Text(span, 5));
}
