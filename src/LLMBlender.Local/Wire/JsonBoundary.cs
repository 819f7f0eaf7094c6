namespace LLMBlender.Local.Wire;

/// <summary>Finds the end of a JSON object or array in a sequence of bytes, without checking that it is valid.</summary>
internal struct JsonBoundary
{
    private int depth;
    private bool isInString;
    private bool isEscaped;

    /// <summary>Whether a value has begun and not ended.</summary>
    public readonly bool IsOpen => depth > 0;

    /// <summary>Reads a byte; returns true if it ends the value.</summary>
    public bool Read(byte value)
    {
        if (isInString)
        {
            var wasEscaped = isEscaped;
            isEscaped = !wasEscaped && value is (byte)'\\';
            isInString = wasEscaped || value is not (byte)'"';
            return false;
        }

        switch (value)
        {
            case (byte)'"':
                isInString = depth > 0;
                return false;
            case (byte)'{' or (byte)'[':
                depth++;
                return false;
            case (byte)'}' or (byte)']':
                depth = Math.Max(0, depth - 1);
                return depth == 0;
            default:
                return false;
        }
    }
}
