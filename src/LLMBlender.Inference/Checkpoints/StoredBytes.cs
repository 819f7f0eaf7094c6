namespace LLMBlender.Inference.Checkpoints;

/// <summary>The bytes of one tensor, contiguous and row-major: a range of a file, or memory that they were copied to.</summary>
internal readonly struct StoredBytes
{
    private readonly WeightsFile? file;
    private readonly byte[]? gathered;
    private readonly long offset;
    private readonly string name;

    public StoredBytes(WeightsFile file, long offset, string name) =>
        (this.file, this.offset, this.name) = (file, offset, name);

    public StoredBytes(byte[] gathered, string name) => (this.gathered, this.name) = (gathered, name);

    /// <summary>Fills the destination from <paramref name="start"/> bytes into the tensor.</summary>
    public void CopyTo(long start, Span<byte> destination)
    {
        if (gathered is not null)
        {
            gathered.AsSpan((int)start, destination.Length).CopyTo(destination);
        }
        else
        {
            file!.ReadExactly(offset + start, destination, name);
        }
    }
}
