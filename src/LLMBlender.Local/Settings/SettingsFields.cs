using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Quickenshtein;

namespace LLMBlender.Local.Settings;

/// <summary>Compares a configuration section with the options class that it is bound to.</summary>
public static class SettingsFields
{
    // The largest distance of a key that is suggested.
    private const double MaxDistance = 0.4;

    /// <summary>Checks that each key is a property and that each value has the property's type.</summary>
    /// <param name="section">The section.</param>
    /// <param name="type">The options class.</param>
    /// <exception cref="SettingsException">
    /// A key is unknown: the message contains its path, the closest key and all keys. Or a value can't be converted: the message contains its
    /// path, the value and the type.
    /// </exception>
    public static void Check(IConfigurationSection section, Type type)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(type);
        Check(section, type, null);
    }

    private static void Check(IConfigurationSection section, Type type, NullabilityInfo? nullability)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string) && section.Value is null && nullability is { WriteState: NullabilityState.NotNull } && !section.GetChildren().Any())
        {
            throw new SettingsException($"{section.Path} is null, and must be a text") { Key = section.Path };
        }

        if (Element(type) is { } element)
        {
            foreach (var child in section.GetChildren())
            {
                Check(child, element, nullability?.ElementType ?? nullability?.GenericTypeArguments.LastOrDefault());
            }
        }
        else if (TypeDescriptor.GetConverter(type) is { } converter && converter.CanConvertFrom(typeof(string)))
        {
            CheckValue(section, type, converter);
        }
        else
        {
            CheckKeys(section, type);
        }
    }

    // Of a list, or of a dictionary's values.
    private static Type? Element(Type type) =>
        type == typeof(string) ? null
        : type.IsArray ? type.GetElementType()
        : type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[^1]
        : null;

    private static void CheckKeys(IConfigurationSection section, Type type)
    {
        if (section.Value is { Length: > 0 } value)
        {
            throw new SettingsException($"{section.Path} is \"{value}\", and must be an object") { Key = section.Path };
        }

        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => property.SetMethod is { IsPublic: true }).ToArray();
        foreach (var child in section.GetChildren())
        {
            var property = Array.Find(properties, property => property.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw Unknown(child, Array.ConvertAll(properties, static property => property.Name));
            Check(child, property.PropertyType, new NullabilityInfoContext().Create(property));
        }
    }

    private static SettingsException Unknown(IConfigurationSection key, string[] known)
    {
        var suggestion = Suggestion(key.Key, known) is { Length: > 0 } similar ? similar : ".";
        return new SettingsException(
            $"{key.Path}: there is no key \"{key.Key}\"{suggestion} Known are {string.Join(", ", known.Order(StringComparer.Ordinal))}")
        { Key = key.Path };
    }

    /// <summary>Returns the question that suggests the closest of known names, such as <c>; did you mean "Url"?</c>; empty if none is close.</summary>
    public static string Suggestion(string name, IReadOnlyCollection<string> known) =>
        known.MinBy(one => Distance(one, name)) is { } closest && Distance(closest, name) <= MaxDistance ? $"; did you mean \"{closest}\"?" : "";

    // Edits as a share of the longer name; small if one name contains the other, as BaseUrl contains Url.
    private static double Distance(string a, string b)
    {
        (a, b) = (a.ToUpperInvariant(), b.ToUpperInvariant());
        var edits = Levenshtein.GetDistance(a, b) / (double)Math.Max(a.Length, b.Length);
        return Math.Min(a.Length, b.Length) > 2 && (a.Contains(b, StringComparison.Ordinal) || b.Contains(a, StringComparison.Ordinal)) ? edits / 2 : edits;
    }

    private static void CheckValue(IConfigurationSection section, Type type, TypeConverter converter)
    {
        if (type != typeof(string) && section.GetChildren().Any())
        {
            throw new SettingsException($"{section.Path} is a list or an object, and must be {Description(type)}") { Key = section.Path };
        }

        if (section.Value is not { Length: > 0 } value)
        {
            return;
        }

        try
        {
            converter.ConvertFromInvariantString(value);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw SettingsException.Of(section.Path, value, Description(type));
        }
    }

    private static string Description(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => $"one of {string.Join(", ", Enum.GetNames(type))}",
        _ when type == typeof(TimeSpan) => "a time as hours:minutes:seconds, such as 00:00:30",
        TypeCode.Boolean => "true or false",
        TypeCode.Int32 or TypeCode.Int64 => "a whole number",
        TypeCode.Single or TypeCode.Double or TypeCode.Decimal => "a number",
        _ => string.Create(CultureInfo.InvariantCulture, $"a {type.Name}"),
    };
}
