using LLMBlender.Local.Settings;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Local.Hosting;

/// <summary>Options of blends in this process: chat models, panels, ranker and fuser.</summary>
public sealed class LLMBlenderOptions
{
    /// <summary>The configuration section of panels, ranker and fuser.</summary>
    public const string Section = "LLMBlender";

    /// <summary>
    /// The ranker: a model folder such as <c>models/reward-minilm</c>, or the name of a member that judges pairs. Required.
    /// </summary>
    public string Ranker { get; set; } = "";

    /// <summary>
    /// The fuser: <c>select</c> for the unchanged best candidate, a model folder, or the name of a member that fuses. By default
    /// <c>select</c>.
    /// </summary>
    public string Fuser { get; set; } = Core.Fusion.SelectFuser.FuserName;

    /// <summary>The device of the models: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. By default <c>auto</c>.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>The panels, the default first. If empty, one panel named <c>default</c> contains all members.</summary>
    public IList<PanelSettings> Panels { get; set; } = [];

    /// <summary>The chat models by name. Without any, the blender ranks, compares and fuses, and has no panel to blend with.</summary>
    public IDictionary<string, Func<IServiceProvider, IChatClient>> Members { get; } =
        new Dictionary<string, Func<IServiceProvider, IChatClient>>(StringComparer.Ordinal);

    /// <summary>Adds a chat model. The caller disposes it.</summary>
    /// <param name="name">The name that panels use.</param>
    /// <param name="client">The model.</param>
    public LLMBlenderOptions AddMember(string name, IChatClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        Members.Add(name, _ => client);
        return this;
    }

    /// <summary>Adds a chat model that is registered as a keyed service.</summary>
    /// <param name="name">The name that panels use, and the service's key.</param>
    public LLMBlenderOptions AddMember(string name)
    {
        Members.Add(name, services => services.GetRequiredKeyedService<IChatClient>(name));
        return this;
    }
}
