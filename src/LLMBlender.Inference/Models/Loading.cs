namespace LLMBlender.Inference.Models;

/// <summary>Loading a model: whatever the disk does to it is the model's fault, not a crash.</summary>
public static class Loading
{
    /// <summary>Loads, and reports files that can't be read as a model that can't be used.</summary>
    /// <exception cref="ModelException">The model can't be used.</exception>
    public static T Guard<T>(string folder, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(folder, $"can't be read: {e.Message}", e);
        }
    }
}
