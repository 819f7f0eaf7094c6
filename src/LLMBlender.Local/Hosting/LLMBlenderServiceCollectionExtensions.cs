using LLMBlender.Abstractions;
using LLMBlender.Local;
using LLMBlender.Local.Hosting;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers an <see cref="IBlender"/> that runs in this process.</summary>
public static class LLMBlenderServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="IBlender"/> over chat models and models of this process. Options are validated when the host starts, and
    /// model folders are loaded when the blender is first resolved.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Configures chat models, panels, ranker and fuser.</param>
    public static OptionsBuilder<LLMBlenderOptions> AddLLMBlender(this IServiceCollection services, Action<LLMBlenderOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddSingleton<BlendMetrics>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LLMBlenderOptions>, LLMBlenderOptionsValidator>());
        services.TryAddSingleton(static provider => LocalBlenderFactory.Load(Options(provider)));
        services.TryAddSingleton<IBlender>(static provider => new LocalBlender(
            provider.GetRequiredService<LocalModels>(),
            LocalBlenderFactory.CreatePanels(Options(provider), provider),
            provider.GetRequiredService<BlendMetrics>(),
            provider.GetService<ILoggerFactory>(),
            provider.GetRequiredService<TimeProvider>()));
        return services.AddOptions<LLMBlenderOptions>().Configure(configure).ValidateOnStart();
    }

    private static LLMBlenderOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<LLMBlenderOptions>>().Value;
}
