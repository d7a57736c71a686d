using System;
using System.Text;

namespace Playgate.Tests
{
    /// <summary>Picks values out of JSON that the servers of these tests wrote.</summary>
    public static class Json
    {
        /// <summary>The text of a value, by names and by indexes ("0") from the outside in; null when it is not there.</summary>
        public static string Get(string json, params string[] path)
        {
            int at = Space(json, 0);
            foreach (string step in path)
            {
                at = Enter(json, at, step);
                if (at < 0)
                {
                    return null;
                }
            }
            return json.Substring(at, End(json, at) - at);
        }

        /// <summary>The text of a JSON string.</summary>
        public static string Text(string json, params string[] path)
        {
            string raw = Get(json, path);
            Check.That(raw != null && raw[0] == '"', "no text at " + string.Join(".", path) + " in " + json);
            StringBuilder text = new StringBuilder();
            for (int i = 1; i < raw.Length - 1; i++)
            {
                text.Append(raw[i] == '\\' ? raw[++i] : raw[i]);
            }
            return text.ToString();
        }

        /// <summary>A JSON number.</summary>
        public static long Number(string json, params string[] path)
        {
            return long.Parse(Get(json, path));
        }

        private static int Enter(string json, int at, string step)
        {
            bool isObject = json[at] == '{';
            if (!isObject && json[at] != '[')
            {
                return -1;
            }
            int index = 0;
            at = Space(json, at + 1);
            while (json[at] != '}' && json[at] != ']')
            {
                string name = index.ToString();
                if (isObject)
                {
                    int end = End(json, at);
                    name = json.Substring(at + 1, end - at - 2);
                    at = Space(json, Space(json, end) + 1);
                }
                if (name == step)
                {
                    return at;
                }
                at = Space(json, End(json, at));
                at = json[at] == ',' ? Space(json, at + 1) : at;
                index++;
            }
            return -1;
        }

        private static int Space(string json, int at)
        {
            while (at < json.Length && char.IsWhiteSpace(json[at]))
            {
                at++;
            }
            return at;
        }

        private static int End(string json, int at)
        {
            if (json[at] != '{' && json[at] != '[' && json[at] != '"')
            {
                while (at < json.Length && ",]} \n".IndexOf(json[at]) < 0)
                {
                    at++;
                }
                return at;
            }
            int depth = 0;
            bool inText = false;
            do
            {
                char c = json[at++];
                if (inText)
                {
                    at += c == '\\' ? 1 : 0;
                    inText = c != '"';
                }
                else
                {
                    inText = c == '"';
                    depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
                }
            }
            while (depth > 0 || inText);
            return at;
        }
    }
}
