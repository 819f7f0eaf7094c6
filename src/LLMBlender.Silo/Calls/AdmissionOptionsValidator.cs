using Microsoft.Extensions.Options;

namespace LLMBlender.Silo.Calls;

/// <summary>Checks <see cref="AdmissionOptions"/>.</summary>
internal sealed class AdmissionOptionsValidator : IValidateOptions<AdmissionOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AdmissionOptions options) => new OptionFailures(AdmissionOptions.Section)
        .Require(options.MaxRequests >= 1, nameof(options.MaxRequests), options.MaxRequests, "at least 1")
        .Require(options.RetryAfter > TimeSpan.Zero, nameof(options.RetryAfter), options.RetryAfter, "a time above 0")
        .Require(
            options.DrainTimeout >= TimeSpan.Zero && options.DrainTimeout <= AdmissionOptions.LongestDrain,
            nameof(options.DrainTimeout),
            options.DrainTimeout,
            $"a time from 0 to {AdmissionOptions.LongestDrain}")
        .ToResult();
}
