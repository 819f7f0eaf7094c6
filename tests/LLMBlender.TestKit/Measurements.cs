using System.Diagnostics.Metrics;

namespace LLMBlender.TestKit;

/// <summary>What this process measures under one value of a label, summed by instrument and labels. Safe for concurrent use.</summary>
public sealed class Measurements : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly Lock gate = new();
    private readonly List<(string Instrument, Dictionary<string, object?> Labels, double Value)> all = [];

    /// <summary>Listens from now on.</summary>
    /// <param name="label">The label.</param>
    /// <param name="value">Its value, which tells a test's own measurements from those of tests beside it.</param>
    public Measurements(string label, string value)
    {
        listener.InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        listener.SetMeasurementEventCallback<long>((instrument, amount, labels, _) => Keep(instrument, amount, labels));
        listener.SetMeasurementEventCallback<double>((instrument, amount, labels, _) => Keep(instrument, amount, labels));
        listener.Start();

        void Keep(Instrument instrument, double amount, ReadOnlySpan<KeyValuePair<string, object?>> labels)
        {
            var known = new Dictionary<string, object?>(labels.ToArray());
            if (known.TryGetValue(label, out var found) && Equals(found, value))
            {
                lock (gate)
                {
                    all.Add((instrument.Name, known, amount));
                }
            }
        }
    }

    /// <summary>The sum of what an instrument measured.</summary>
    /// <param name="instrument">Its name.</param>
    /// <param name="labels">Labels that it must have had.</param>
    public double Sum(string instrument, params (string Label, string Value)[] labels) => Of(instrument, labels).Sum();

    /// <summary>How often an instrument measured.</summary>
    /// <param name="instrument">Its name.</param>
    /// <param name="labels">Labels that it must have had.</param>
    public int Count(string instrument, params (string Label, string Value)[] labels) => Of(instrument, labels).Length;

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    private double[] Of(string instrument, (string Label, string Value)[] labels)
    {
        lock (gate)
        {
            return [.. all.Where(one => one.Instrument == instrument
                && Array.TrueForAll(labels, label => one.Labels.TryGetValue(label.Label, out var value) && Equals(value, label.Value))).Select(static one => one.Value)];
        }
    }
}
