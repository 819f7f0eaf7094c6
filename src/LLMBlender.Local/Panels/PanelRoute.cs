using LLMBlender.Abstractions;
using LLMBlender.Core.Routing;
using LLMBlender.Inference;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Local.Panels;

/// <summary>A panel's route: which of its members are worth asking for a question.</summary>
/// <param name="rule">The rule.</param>
/// <param name="features">Gives a question's features.</param>
public sealed class PanelRoute(RouteRule rule, Func<string, CancellationToken, Task<float[]>> features)
{
    /// <summary>Reads a panel's route.</summary>
    /// <param name="file">The route's file.</param>
    /// <param name="panel">The panel's name.</param>
    /// <param name="members">The panel's members.</param>
    /// <param name="encoders">Finds an encoder by its name; null where there are no models.</param>
    /// <exception cref="ArgumentException">The file can't be read, is another panel's, or its encoder is not here or another one by that name.</exception>
    public static PanelRoute Read(string file, string panel, IReadOnlyList<string> members, Func<string, QuestionEncoder>? encoders)
    {
        var route = RouteFile.Read(file);
        var rule = route.For(panel, members);
        if (encoders is null)
        {
            throw new ArgumentException($"panel \"{panel}\" has the route {file}, and this program loads no models", nameof(encoders));
        }

        QuestionEncoder encoder;
        try
        {
            encoder = encoders(route.Encoder);
        }
        catch (ModelException e)
        {
            throw new ArgumentException($"the route {file} reads the model \"{route.Encoder}\": {e.Message}", nameof(encoders), e);
        }

        return encoder.Hash == route.EncoderHash
            ? new PanelRoute(rule, (question, cancellationToken) => Task.Run(() => encoder.Features([question], cancellationToken)[0], cancellationToken))
            : throw new ArgumentException($"the route {file} is of another model \"{route.Encoder}\" than the one here, which has other weights: learn it again", nameof(encoders));
    }

    /// <summary>Divides a panel's members for a request's question; null if the question can't be encoded, and all members are to be asked.</summary>
    /// <param name="members">The panel's members.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public async Task<RouteChoice?> ChooseAsync(IReadOnlyList<string> members, BlendRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var question = request.Instruction + request.Input;
        try
        {
            return rule.Divide(members, await features(question, cancellationToken), question);
        }
        catch (Exception e) when (e is OnnxRuntimeException or ModelException)
        {
            return null;
        }
    }
}
