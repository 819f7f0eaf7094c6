using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LLMBlender.Core.Routing;

/// <summary>How a panel's first stage follows from a route: the members that are worth asking, and now and then others.</summary>
/// <param name="Model">The models of the members.</param>
/// <param name="Keep">The probability with which the best answer is to be among the asked members'; above 0, and from 1 on all are asked.</param>
/// <param name="Explore">The probability that another known member is asked too, so that the next route can tell whether it has become better.</param>
/// <param name="ExploreUnknown">The probability that a member that the route does not know is asked.</param>
public sealed record RouteRule(RouteModel Model, double Keep, double Explore, double ExploreUnknown)
{
    /// <summary>Divides a panel's members for a question.</summary>
    /// <param name="members">The panel's members.</param>
    /// <param name="features">The question's features.</param>
    /// <param name="question">The question's text, which decides what is explored: the same question is always routed alike.</param>
    /// <returns>The members to ask first, then the others, each in the panel's order, with the probability that the member is the best.</returns>
    public RouteChoice Divide(IReadOnlyList<string> members, ReadOnlySpan<float> features, string question)
    {
        ArgumentNullException.ThrowIfNull(members);
        var all = Model.Probabilities(features);
        var known = members.Select(name => Array.FindIndex(Model.Members, member => member.Name == name)).ToArray();

        // Of the members that the panel has, as a route may be older than the panel.
        var sum = known.Where(static at => at >= 0).Sum(at => all[at]);
        var probabilities = Array.ConvertAll(known, at => at >= 0 ? all[at] / sum : (double?)null);
        var worth = RouteModel.Select([.. probabilities.Select(static probability => probability ?? 0)], Keep);
        var first = Enumerable.Range(0, members.Count).Select(i =>
            (worth.Contains(i) && probabilities[i] is not null) || Draw(question, members[i]) < (probabilities[i] is null ? ExploreUnknown : Explore)).ToArray();

        // A panel of new members alone has nothing to choose by.
        if (!Array.Exists(first, static asked => asked))
        {
            Array.Fill(first, true);
        }

        return new RouteChoice([.. members.Where((_, i) => first[i])], [.. members.Where((_, i) => !first[i])])
        {
            Probabilities = members.Zip(probabilities).Where(static pair => pair.Second is not null).ToDictionary(static pair => pair.First, static pair => pair.Second!.Value, StringComparer.Ordinal),
        };
    }

    // Uniform from 0 to below 1.
    private static double Draw(string question, string member) =>
        (BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{member}\n{question}"))) >> 11) * Math.Pow(2, -53);
}

/// <summary>A panel's members, divided by a route.</summary>
/// <param name="First">The members that are asked first, at least one.</param>
/// <param name="Others">The members that are asked only if no answer comes from those, or it is not accepted.</param>
public sealed record RouteChoice(string[] First, string[] Others)
{
    /// <summary>The probability that a member's answer is the best; members that the route does not know have none.</summary>
    public IReadOnlyDictionary<string, double> Probabilities { get; init; } = new Dictionary<string, double>();
}
