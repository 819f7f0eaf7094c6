namespace LLMBlender.Inference.Models;

/// <summary>Converts I/O errors while a model is loaded to <see cref="ModelException"/>.</summary>
public static class Loading
{
    /// <summary>Loads a model, and reports files that can't be read as a <see cref="ModelException"/>.</summary>
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
