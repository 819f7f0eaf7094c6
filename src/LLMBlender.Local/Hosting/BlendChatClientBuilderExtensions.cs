using LLMBlender.Abstractions;
using LLMBlender.Local;
using LLMBlender.Local.Hosting;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.AI;

/// <summary>Adds blends to a pipeline of chat clients.</summary>
public static class BlendChatClientBuilderExtensions
{
    /// <summary>
    /// Adds a chat client that calls the pipeline's inner client and further chat models, and returns the blend of their answers.
    /// The inner client is the first member, named <paramref name="innerName"/>. Model folders are loaded when the pipeline is built.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Configures further chat models, ranker and fuser.</param>
    /// <param name="innerName">The inner client's name.</param>
    /// <exception cref="OptionsValidationException">An option breaks a rule; thrown when the pipeline is built.</exception>
    public static ChatClientBuilder UseBlend(
        this ChatClientBuilder builder, Action<LLMBlenderOptions> configure, string innerName = "inner")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Use((inner, services) =>
        {
            var options = new LLMBlenderOptions().AddMember(innerName, inner);
            configure(options);
            if (new LLMBlenderOptionsValidator().Validate(null, options) is { Failed: true, Failures: { } failures })
            {
                throw new OptionsValidationException(nameof(UseBlend), typeof(LLMBlenderOptions), failures);
            }

            var models = LocalBlenderFactory.Load(options);
            var metrics = new BlendMetrics();
            var blender = new LocalBlender(models, LocalBlenderFactory.CreatePanels(options, services), metrics);
            return new Owner(new BlendChatClient(blender), [models, metrics, inner]);
        });
    }

    private sealed class Owner(IChatClient client, IDisposable[] owned) : DelegatingChatClient(client)
    {
        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                Array.ForEach(owned, static one => one.Dispose());
            }

            base.Dispose(disposing);
        }
    }
}
