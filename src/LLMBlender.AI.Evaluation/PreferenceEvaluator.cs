using System.Globalization;
using LLMBlender.Abstractions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;

namespace LLMBlender.AI.Evaluation;

/// <summary>
/// Evaluates a response by a pair ranker: the metric <see cref="MetricName"/> is the probability, from 0 to 1, that it is better than
/// the one of <see cref="OtherResponseContext"/>. Both orders of the two are compared, so that their position does not matter. No chat
/// model is called unless the ranker is one.
/// </summary>
/// <param name="blender">Compares: in this process (package LLMBlender.Local) or in a cluster (package LLMBlender.Client).</param>
/// <param name="ranker">The ranker's name; null for the default one.</param>
public sealed class PreferenceEvaluator(IRankingService blender, string? ranker = null) : IEvaluator
{
    /// <summary>The metric's name.</summary>
    public const string MetricName = "Preference";

    private const double ClearlyBetter = 0.75;
    private const double ClearlyWorse = 0.25;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> EvaluationMetricNames { get; } = [MetricName];

    /// <inheritdoc/>
    /// <remarks>
    /// The metric has no value, and a diagnostic says why, if no <see cref="OtherResponseContext"/> is given or the comparison fails. A
    /// value below 0.5 is interpreted as failed. Of a ranker that is not calibrated it is σ(logit), which is often too sure.
    /// </remarks>
    public async ValueTask<EvaluationResult> EvaluateAsync(
        IEnumerable<ChatMessage> messages,
        ChatResponse modelResponse,
        ChatConfiguration? chatConfiguration = null,
        IEnumerable<EvaluationContext>? additionalContext = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(modelResponse);
        var metric = new NumericMetric(MetricName);
        var result = new EvaluationResult(metric);
        if (additionalContext?.OfType<OtherResponseContext>().FirstOrDefault() is not { } other)
        {
            metric.AddDiagnostics(EvaluationDiagnostic.Error($"{nameof(additionalContext)} has no {nameof(OtherResponseContext)}, and must name the response to compare with"));
            return result;
        }

        metric.AddOrUpdateContext(other);
        try
        {
            var comparison = await blender.CompareAsync(
                new CompareRequest
                {
                    Instruction = Conversation.ToInstruction(Conversation.ToTurns(messages, instructions: null)),
                    A = modelResponse.Text,
                    B = other.Text,
                    Order = PairOrder.Both,
                    Ranker = ranker,
                },
                cancellationToken).ConfigureAwait(false);
            Interpret(metric, comparison);
        }
        catch (BlendException e)
        {
            metric.AddDiagnostics(EvaluationDiagnostic.Error(e.Message));
        }

        return result;
    }

    private static void Interpret(NumericMetric metric, CompareResponse comparison)
    {
        var probability = comparison.Probability ?? 1 / (1 + Math.Exp(-comparison.Logit));
        metric.Value = probability;
        metric.Reason = string.Create(
            CultureInfo.InvariantCulture,
            $"The response is better than the other one with probability {probability:0.00} (logit {comparison.Logit:+0.00;-0.00}{(comparison.Probability is null ? ", not calibrated" : "")}).");
        var rating = probability switch
        {
            >= ClearlyBetter => EvaluationRating.Good,
            > ClearlyWorse => EvaluationRating.Average,
            _ => EvaluationRating.Poor,
        };
        metric.Interpretation = new EvaluationMetricInterpretation(rating, failed: probability < 0.5, metric.Reason);
    }
}
