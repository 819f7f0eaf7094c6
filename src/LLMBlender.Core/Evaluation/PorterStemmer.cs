namespace LLMBlender.Core.Evaluation;

/// <summary>
/// Porter's stemmer (Porter 1980) in the default mode of NLTK's <c>PorterStemmer</c>, including its extensions: the rouge_score package
/// uses it, and other implementations give other ROUGE scores.
/// </summary>
internal static class PorterStemmer
{
    private static readonly Dictionary<string, string> Irregular = new(StringComparer.Ordinal)
    {
        ["sky"] = "sky", ["skies"] = "sky", ["dying"] = "die", ["lying"] = "lie", ["tying"] = "tie", ["news"] = "news",
        ["innings"] = "inning", ["inning"] = "inning", ["outings"] = "outing", ["outing"] = "outing", ["cannings"] = "canning",
        ["canning"] = "canning", ["howe"] = "howe", ["proceed"] = "proceed", ["exceed"] = "exceed", ["succeed"] = "succeed",
    };

    // A step applies only the first rule whose ending matches, even if the stem is too short for it.
    private static readonly (string Ending, string To)[] Second =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"), ("alli", "al"),
        ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"),
        ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
        ("fulli", "ful"), ("logi", "log"),
    ];

    private static readonly (string Ending, string To)[] Third =
    [
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
    ];

    private static readonly string[] Fourth =
    [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize",
    ];

    /// <summary>A word's stem.</summary>
    /// <param name="word">A word in lower case.</param>
    public static string Stem(string word)
    {
        if (Irregular.TryGetValue(word, out var stem))
        {
            return stem;
        }

        return word.Length <= 2 ? word : WithoutFinalE(Derivation(Suffixes(Suffixes(FinalY(PastOrGerund(Plural(word))), Second), Third)));
    }

    // Step 1a.
    private static string Plural(string word) => word switch
    {
        _ when word.EndsWith("ies", StringComparison.Ordinal) => word.Length == 4 ? word[..^1] : word[..^2],
        _ when word.EndsWith("sses", StringComparison.Ordinal) => word[..^2],
        _ when word.EndsWith("ss", StringComparison.Ordinal) => word,
        _ when word.EndsWith('s') => word[..^1],
        _ => word,
    };

    // Step 1b.
    private static string PastOrGerund(string word)
    {
        if (word.EndsWith("ied", StringComparison.Ordinal))
        {
            return word.Length == 4 ? word[..^1] : word[..^2];
        }

        if (word.EndsWith("eed", StringComparison.Ordinal))
        {
            return Measure(word.AsSpan(0, word.Length - 3)) > 0 ? word[..^1] : word;
        }

        var ending = word.EndsWith("ed", StringComparison.Ordinal) ? 2 : word.EndsWith("ing", StringComparison.Ordinal) ? 3 : 0;
        return ending > 0 && HasVowel(word.AsSpan(0, word.Length - ending)) ? RestoreEnding(word[..^ending]) : word;
    }

    // Restores a removed e, or removes a doubled letter, after -ed or -ing has been removed.
    private static string RestoreEnding(string stem)
    {
        if (stem.EndsWith("at", StringComparison.Ordinal) || stem.EndsWith("bl", StringComparison.Ordinal) || stem.EndsWith("iz", StringComparison.Ordinal))
        {
            return stem + "e";
        }

        if (stem.Length >= 2 && stem[^1] == stem[^2] && IsConsonant(stem, stem.Length - 1))
        {
            return stem[^1] is 'l' or 's' or 'z' ? stem : stem[..^1];
        }

        return Measure(stem) == 1 && IsShort(stem) ? stem + "e" : stem;
    }

    // Step 1c, as modified by NLTK: y after a consonant that is not the first letter.
    private static string FinalY(string word) =>
        word.Length > 2 && word[^1] == 'y' && IsConsonant(word, word.Length - 2) ? word[..^1] + "i" : word;

    // Steps 2 and 3.
    private static string Suffixes(string word, (string Ending, string To)[] rules)
    {
        // NLTK's step 2 replaces -alli with -al and then repeats the step.
        if (rules == Second && word.EndsWith("alli", StringComparison.Ordinal) && Measure(word.AsSpan(0, word.Length - 4)) > 0)
        {
            word = word[..^2];
        }

        foreach (var (ending, to) in rules)
        {
            if (word.EndsWith(ending, StringComparison.Ordinal))
            {
                var stem = word.Length - ending.Length;
                return Measure(word.AsSpan(0, ending == "logi" ? stem + 1 : stem)) > 0 ? string.Concat(word.AsSpan(0, stem), to) : word;
            }
        }

        return word;
    }

    // Step 4.
    private static string Derivation(string word)
    {
        foreach (var ending in Fourth)
        {
            if (word.EndsWith(ending, StringComparison.Ordinal))
            {
                var stem = word.AsSpan(0, word.Length - ending.Length);
                return Measure(stem) > 1 && (ending != "ion" || stem[^1] is 's' or 't') ? stem.ToString() : word;
            }
        }

        return word;
    }

    // Step 5.
    private static string WithoutFinalE(string word)
    {
        if (word.EndsWith('e'))
        {
            var stem = word.AsSpan(0, word.Length - 1);
            if (Measure(stem) is var measure && (measure > 1 || (measure == 1 && !IsShort(stem))))
            {
                word = stem.ToString();
            }
        }

        return word.EndsWith("ll", StringComparison.Ordinal) && Measure(word.AsSpan(0, word.Length - 1)) > 1 ? word[..^1] : word;
    }

    // Porter's m: the number of vowel-consonant sequences.
    private static int Measure(ReadOnlySpan<char> stem)
    {
        var (measure, afterVowel) = (0, false);
        for (var i = 0; i < stem.Length; i++)
        {
            var consonant = IsConsonant(stem, i);
            measure += afterVowel && consonant ? 1 : 0;
            afterVowel = !consonant;
        }

        return measure;
    }

    private static bool HasVowel(ReadOnlySpan<char> stem)
    {
        for (var i = 0; i < stem.Length; i++)
        {
            if (!IsConsonant(stem, i))
            {
                return true;
            }
        }

        return false;
    }

    // Porter's *o, a short syllable at the end, and NLTK's extension: a word of one vowel and one consonant.
    private static bool IsShort(ReadOnlySpan<char> stem) => stem.Length == 2
        ? !IsConsonant(stem, 0) && IsConsonant(stem, 1)
        : stem.Length > 2 && IsConsonant(stem, stem.Length - 3) && !IsConsonant(stem, stem.Length - 2)
            && IsConsonant(stem, stem.Length - 1) && stem[^1] is not ('w' or 'x' or 'y');

    private static bool IsConsonant(ReadOnlySpan<char> word, int i) => word[i] switch
    {
        'a' or 'e' or 'i' or 'o' or 'u' => false,
        'y' => i == 0 || !IsConsonant(word, i - 1),
        _ => true,
    };
}
