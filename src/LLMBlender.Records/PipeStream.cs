namespace LLMBlender.Records;

/// <summary>
/// A pipe whose reads can be cancelled: the system's calls that wait for a writer or its next bytes can't be, so they run on another thread, which ends with the
/// process.
/// </summary>
/// <param name="inner">The pipe.</param>
/// <param name="cancellationToken">Ends a read with <see cref="OperationCanceledException"/>.</param>
internal sealed class PipeStream(Stream inner, CancellationToken cancellationToken) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Runs a call that may wait for another process.</summary>
    /// <exception cref="OperationCanceledException">It is cancelled; the call goes on by itself.</exception>
    public static T Wait<T>(Func<T> call, CancellationToken cancellationToken)
    {
        var running = Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Task.WaitAny([running], cancellationToken);
        return running.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        // An abandoned read must not write to a buffer that is in use again.
        var (read, bytes) = Wait(
            () =>
            {
                var own = new byte[count];
                return (inner.Read(own, 0, count), own);
            },
            cancellationToken);
        bytes.AsSpan(0, read).CopyTo(buffer.AsSpan(offset));
        return read;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // Disposing of a pipe that another thread reads would wait for it.
        if (disposing && !cancellationToken.IsCancellationRequested)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
