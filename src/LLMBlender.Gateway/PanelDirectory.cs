using LLMBlender.Abstractions;

namespace LLMBlender.Gateway;

/// <summary>The panels, cached for one second. Thread-safe.</summary>
internal sealed class PanelDirectory(IBlender blender, TimeProvider timeProvider)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);
    private Entry? last;

    /// <summary>The panels, the default one first.</summary>
    public async ValueTask<PanelInfo[]> ListAsync(CancellationToken cancellationToken)
    {
        var known = Volatile.Read(ref last);
        if (known is not null && timeProvider.GetElapsedTime(known.At) < MaxAge)
        {
            return known.Panels;
        }

        return await RefreshAsync(cancellationToken);
    }

    /// <summary>Asks for the panels, the default one first.</summary>
    public async ValueTask<PanelInfo[]> RefreshAsync(CancellationToken cancellationToken)
    {
        var panels = await blender.GetPanelsAsync(cancellationToken);
        Volatile.Write(ref last, new Entry(timeProvider.GetTimestamp(), panels));
        return panels;
    }

    /// <summary>Finds a panel by name; returns null if it doesn't exist.</summary>
    public async ValueTask<PanelInfo?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (Array.Find(await ListAsync(cancellationToken), panel => panel.Name == name) is { } known)
        {
            return known;
        }

        // The panel may have been added since the last request.
        Volatile.Write(ref last, null);
        return Array.Find(await ListAsync(cancellationToken), panel => panel.Name == name);
    }

    private sealed record Entry(long At, PanelInfo[] Panels);
}
