using System.Globalization;
using System.Runtime.CompilerServices;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Parses a JSON number as the reference's JSON reader (Rust's serde_json, by default) does.</summary>
/// <remarks>
/// It reads as many digits as fit in 64 bits and scales them once by a power of ten, which misses the nearest double by one unit in the
/// last place for about every sixth score. Segmentations of nearly equal score, such as <c>00000001</c>, depend on it.
/// </remarks>
internal static class JsonScore
{
    private static readonly double[] PowersOfTen =
        [.. Enumerable.Range(0, 309).Select(i => double.Parse($"1e{i}", CultureInfo.InvariantCulture))];

    /// <param name="number">A valid JSON number.</param>
    /// <returns>Its value; infinite if it is out of range.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Parse(ReadOnlySpan<byte> number)
    {
        bool negative = number[0] == '-';
        ulong digits = 0;
        int exponent = 0;
        bool full = false;
        bool fraction = false;
        int at = negative ? 1 : 0;
        for (; at < number.Length && (number[at] | 0x20) != 'e'; at++)
        {
            if (number[at] == '.')
            {
                (fraction, full) = (true, false);
                continue;
            }

            uint digit = (uint)number[at] - '0';
            full |= digits > (ulong.MaxValue - digit) / 10;
            if (!full)
            {
                digits = (digits * 10) + digit;
            }

            exponent += full == fraction ? 0 : fraction ? -1 : 1;
        }

        if (at < number.Length)
        {
            exponent += ParseExponent(number[(at + 1)..]);
        }

        double value = Scale(digits, exponent);
        return negative ? -value : value;
    }

    private static int ParseExponent(ReadOnlySpan<byte> digits) =>
        int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int exponent)
            ? Math.Clamp(exponent, -100_000, 100_000)
            : digits[0] == '-' ? -100_000 : 100_000;

    private static double Scale(ulong digits, int exponent)
    {
        double value = digits;
        for (; exponent < -308 && value != 0; exponent += 308)
        {
            value /= PowersOfTen[308];
        }

        return value == 0 ? 0
            : exponent > 308 ? double.PositiveInfinity
            : exponent < 0 ? value / PowersOfTen[-exponent] : value * PowersOfTen[exponent];
    }
}
