using System;
using System.Diagnostics;

namespace Playgate.Tests
{
    /// <summary>
    /// Runs the table where there is no NUnit: `cases ship|mock [WORD]`. The last line has the counts; the exit code is 0 when
    /// all passed.
    /// </summary>
    public static class Program
    {
        public static int Main(string[] arguments)
        {
            if (arguments.Length == 0 || arguments[0] != "ship" && arguments[0] != "mock")
            {
                Console.Error.WriteLine("say ship or mock");
                return 2;
            }
            string word = arguments.Length > 1 ? arguments[1] : "";
            int passed = 0;
            int failed = 0;
            foreach (Case one in arguments[0] == "mock" ? Table.Mock : Table.Ship)
            {
                if (one.Name.IndexOf(word, StringComparison.Ordinal) < 0)
                {
                    continue;
                }
                Stopwatch since = Stopwatch.StartNew();
                try
                {
                    one.Run();
                    passed++;
                    Console.WriteLine("ok     " + one.Name + " (" + since.ElapsedMilliseconds + " ms)");
                }
                catch (Exception error)
                {
                    failed++;
                    Console.WriteLine("FAILED " + one.Name + " (" + since.ElapsedMilliseconds + " ms)\n" + error);
                }
                Console.Out.Flush();
            }
            Console.WriteLine(passed + " passed, " + failed + " failed");
            return failed == 0 && passed > 0 ? 0 : 1;
        }
    }
}
