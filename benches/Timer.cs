// 201 ticks of 50 ms by System.Threading.Timer, as a studio would write heartbeats; prints the moments of each round.
using System;
using System.Diagnostics;
using System.Threading;

static class Program
{
    static void Main()
    {
        while (Console.ReadLine() != null)
        {
            var moments = new long[201];
            var count = 0;
            using (var done = new ManualResetEvent(false))
            using (new Timer(_ =>
            {
                var at = Interlocked.Increment(ref count) - 1;
                if (at < moments.Length) moments[at] = Stopwatch.GetTimestamp();
                if (at == moments.Length - 1) done.Set();
            }, null, 50, 50))
            {
                done.WaitOne();
            }
            for (var i = 0; i < moments.Length; i++)
            {
                Console.WriteLine("tick{0:000} {1:F0}", i, moments[i] * 1e9 / Stopwatch.Frequency);
            }
            Console.WriteLine(".");
            Console.Out.Flush();
        }
    }
}
