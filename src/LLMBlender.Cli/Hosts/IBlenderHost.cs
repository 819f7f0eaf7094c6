using LLMBlender.Abstractions;

namespace LLMBlender.Cli.Hosts;

/// <summary>Executes a verb's requests, either with models in this process or in a running cluster.</summary>
internal interface IBlenderHost : IAsyncDisposable
{
    /// <summary>The client that executes single requests.</summary>
    IBlender Blender { get; }

    /// <summary>A display name of the models.</summary>
    string Title { get; }

    /// <summary>The name of the fuser that a request uses; null if it is not known in this process.</summary>
    string? FuserOf(BlendRequest request);

    /// <summary>Processes many records and returns the results in the same order.</summary>
    /// <param name="records">The records, enumerated as capacity allows.</param>
    /// <param name="weight">A record's approximate memory use: characters of its texts plus entries of its matrix.</param>
    /// <param name="answer">Processes a record with the given blender.</param>
    /// <param name="answered">Called with results in the order of <paramref name="records"/>.</param>
    /// <param name="compared">Called with the number of pairs as they are compared.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    Task RunAsync<TRecord, TResult>(
        IEnumerable<TRecord> records,
        Func<TRecord, long> weight,
        Func<IBlender, TRecord, CancellationToken, Task<TResult>> answer,
        Action<IReadOnlyList<TResult>> answered,
        Action<int> compared,
        CancellationToken cancellationToken);
}
