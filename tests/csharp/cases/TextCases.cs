using System;
using System.Collections.Generic;

namespace Playgate.Tests
{
    /// <summary>Texts and names as the player sees them, and what the library says of itself.</summary>
    public static class TextCases
    {
        public static void TextsCanBeReplaced()
        {
            Check.That(PlaygateTexts.GetKeys().Count > 5, "there are texts");
            string key = PlaygateTexts.GetKeys()[0];
            string before = PlaygateTexts.GetText(key);
            Check.That(before.Length > 0, "with something in them");
            PlaygateTexts.SetText(key, "Gr\u00fc\u00dfe \ud83d\udc4b");
            Check.Equal("Gr\u00fc\u00dfe \ud83d\udc4b", PlaygateTexts.GetText(key), "the host's own");
            PlaygateTexts.SetText(key, null);
            Check.Equal(before, PlaygateTexts.GetText(key), "taken back");
            string longText = new string('\u00e4', 2000);
            bool isLong = true;
            try
            {
                PlaygateTexts.SetText(key, longText);
            }
            catch (PlaygateException)
            {
                isLong = false;
            }
            Check.Equal(isLong ? longText : before, PlaygateTexts.GetText(key), "a long text is whole or refused");
            PlaygateTexts.SetText(key, null);
            Check.Throws(typeof(ArgumentNullException), () => PlaygateTexts.GetText(null), "no key");
        }

        public static void DisplayNames()
        {
            Check.Equal("Voice Chat", PlaygateTexts.GetDisplayName("voice-chat"), "a standard feature");
            Check.Equal("my-own-thing", PlaygateTexts.GetDisplayName("my-own-thing"), "an unknown one");
            PlaygateTexts.SetDisplayName("my-own-thing", "Mein eigenes \ud83c\udfae");
            Check.Equal("Mein eigenes \ud83c\udfae", PlaygateTexts.GetDisplayName("my-own-thing"), "the host's own");
            PlaygateTexts.SetDisplayName("my-own-thing", null);
            Check.Equal("my-own-thing", PlaygateTexts.GetDisplayName("my-own-thing"), "taken back");
        }

        public static void LanguagesAreChosen()
        {
            PlaygateTexts.SetLanguage("en");
            string key = PlaygateTexts.GetKeys()[0];
            string english = PlaygateTexts.GetText(key);
            bool refused = false;
            try
            {
                PlaygateTexts.SetLanguage("no language \0");
            }
            catch (ArgumentException)
            {
                refused = true;
            }
            catch (PlaygateException)
            {
                refused = true;
            }
            Check.That(refused, "what is no language");
            Check.Equal(english, PlaygateTexts.GetText(key), "the language stays");
        }

        public static void LibrarySaysWhatItIs()
        {
            PlaygateLibrary.ThrowIfNotCompatible();
            Check.That(PlaygateLibrary.Version.Split('.').Length >= 3, "version: " + PlaygateLibrary.Version);
            PlaygateLibrary.SetLogLevel(LogLevel.Off);
            PlaygateLibrary.SetLogLevel(LogLevel.Info);
            Check.That(PlaygateLibrary.GetMemoryStats().TotalAllocations > 0, "it has allocated something");
        }
    }
}
