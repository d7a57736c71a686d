using System;

namespace Playgate.Tests
{
    /// <summary>A test's expectation did not come true.</summary>
    public sealed class CheckFailed : Exception
    {
        public CheckFailed(string text) : base(text)
        {
        }
    }

    /// <summary>
    /// What a case expects. Without generics and reflection, so that it runs where no code is generated at run time.
    /// </summary>
    public static class Check
    {
        public static void That(bool holds, string what)
        {
            if (!holds)
            {
                throw new CheckFailed(what);
            }
        }

        public static void Equal(long expected, long actual, string what)
        {
            That(expected == actual, what + ": is " + actual + ", expected " + expected);
        }

        public static void Equal(string expected, string actual, string what)
        {
            That(string.Equals(expected, actual, StringComparison.Ordinal), what + ": is " + Shown(actual) + ", expected "
                + Shown(expected));
        }

        public static void Equal(object expected, object actual, string what)
        {
            That(Equals(expected, actual), what + ": is " + Shown(actual) + ", expected " + Shown(expected));
        }

        public static void Contains(string part, string text, string what)
        {
            That(text != null && text.IndexOf(part, StringComparison.Ordinal) >= 0, what + ": no " + Shown(part) + " in "
                + Shown(text));
        }

        public static void Lacks(string part, string text, string what)
        {
            That(text != null && text.IndexOf(part, StringComparison.Ordinal) < 0, what + ": " + Shown(part) + " in "
                + Shown(text));
        }

        /// <summary>The exception that the action throws; one of another type, or none, fails the case.</summary>
        public static Exception Throws(Type type, Action action, string what)
        {
            try
            {
                action();
            }
            catch (Exception thrown)
            {
                That(type.IsInstanceOfType(thrown), what + ": threw " + thrown + ", expected " + type.Name);
                return thrown;
            }
            throw new CheckFailed(what + ": threw nothing, expected " + type.Name);
        }

        /// <summary>The action throws a PlaygateException with this result.</summary>
        public static void Refused(Result result, Action action, string what)
        {
            PlaygateException thrown = (PlaygateException)Throws(typeof(PlaygateException), action, what);
            Equal(result, thrown.Result, what);
            That(thrown.Message.Length > 0, what + ": the exception says nothing");
        }

        private static string Shown(object value)
        {
            return value == null ? "null" : value is string ? "\"" + value + "\"" : value.ToString();
        }
    }

    /// <summary>One case of the table.</summary>
    public sealed class Case
    {
        public readonly string Name;
        public readonly Action Run;

        public Case(string name, Action run)
        {
            Name = name;
            Run = run;
        }

        public override string ToString()
        {
            return Name;
        }
    }
}
