using System.Diagnostics;
using LLMBlender.Client;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Silo.Calls;

/// <summary>Makes the caller's span, which <see cref="TraceContextFilter"/> sends, the parent of the spans of a grain call.</summary>
internal sealed class TraceParentFilter : IIncomingGrainCallFilter
{
    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (BlendTracing.HasListeners)
        {
            // A span that flowed here is of another call: of the one that created the activation.
            Activity.Current = null;
            BlendTracing.RemoteParent = TraceContextFilter.Received();
        }

        await context.Invoke();
    }
}
