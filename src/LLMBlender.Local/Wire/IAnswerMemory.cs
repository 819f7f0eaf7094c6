namespace LLMBlender.Local.Wire;

/// <summary>The memory of one answer. Used by one answer.</summary>
internal interface IAnswerMemory
{
    /// <summary>Takes memory for more characters, or bytes of an answer as it is sent.</summary>
    /// <exception cref="BackendException">There is none.</exception>
    ValueTask AddAsync(int characters, CancellationToken cancellationToken);

    /// <summary>Gives the memory back, for another attempt of the answer.</summary>
    void Restart();
}
