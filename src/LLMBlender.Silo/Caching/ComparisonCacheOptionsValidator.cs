using Microsoft.Extensions.Options;

namespace LLMBlender.Silo.Caching;

/// <summary>Checks <see cref="ComparisonCacheOptions"/>.</summary>
internal sealed class ComparisonCacheOptionsValidator : IValidateOptions<ComparisonCacheOptions>
{
    private const string Positive = "a time above 0";

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ComparisonCacheOptions options) => new OptionFailures(ComparisonCacheOptions.Section)
        .Require(options.MemoryEntries >= 1, nameof(options.MemoryEntries), options.MemoryEntries, "at least 1")
        .Require(options.Expiry > TimeSpan.Zero, nameof(options.Expiry), options.Expiry, Positive)
        .Require(options.ReadTimeout > TimeSpan.Zero, nameof(options.ReadTimeout), options.ReadTimeout, Positive)
        .Require(options.WriteTimeout > TimeSpan.Zero, nameof(options.WriteTimeout), options.WriteTimeout, Positive)
        .Require(options.ShortestRest > TimeSpan.Zero, nameof(options.ShortestRest), options.ShortestRest, Positive)
        .Require(
            options.LongestRest >= options.ShortestRest,
            nameof(options.LongestRest),
            options.LongestRest,
            $"at least {nameof(options.ShortestRest)}, which is {options.ShortestRest}")
        .Require(options.MaxPendingWrites >= 1, nameof(options.MaxPendingWrites), options.MaxPendingWrites, "at least 1")
        .ToResult();
}
