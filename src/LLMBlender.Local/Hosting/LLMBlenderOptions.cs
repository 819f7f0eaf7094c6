using LLMBlender.Local.Backends;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Local.Hosting;

/// <summary>A blend in this process: the chat models, the panels that ask them, and what ranks and fuses.</summary>
public sealed class LLMBlenderOptions
{
    /// <summary>The section of a configuration that binds panels, ranker and fuser.</summary>
    public const string Section = "LLMBlender";

    /// <summary>
    /// The ranker: a model folder such as <c>models/pairranker-mini</c>, or the name of a member that then judges pair by pair.
    /// Required.
    /// </summary>
    public string Ranker { get; set; } = "";

    /// <summary>
    /// The fuser: <c>select</c> for the best candidate as it is, a model folder, or the name of a member that then writes the fused
    /// answer. By default <c>select</c>.
    /// </summary>
    public string Fuser { get; set; } = Core.Fusion.SelectFuser.FuserName;

    /// <summary>What computes models: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. By default <c>auto</c>.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>The panels, the default one first. Without any, one panel named <c>default</c> asks every member.</summary>
    public IList<PanelSettings> Panels { get; set; } = [];

    /// <summary>The chat models by name.</summary>
    public IDictionary<string, Func<IServiceProvider, IChatClient>> Members { get; } =
        new Dictionary<string, Func<IServiceProvider, IChatClient>>(StringComparer.Ordinal);

    /// <summary>Adds a chat model. It remains the caller's to dispose.</summary>
    /// <param name="name">What panels call it.</param>
    /// <param name="client">The model.</param>
    public LLMBlenderOptions AddMember(string name, IChatClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        Members.Add(name, _ => client);
        return this;
    }

    /// <summary>Adds a chat model that is registered as a keyed service.</summary>
    /// <param name="name">What panels call it, and the service's key.</param>
    public LLMBlenderOptions AddMember(string name)
    {
        Members.Add(name, services => services.GetRequiredKeyedService<IChatClient>(name));
        return this;
    }
}
