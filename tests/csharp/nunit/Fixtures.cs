using System;
using System.Collections.Generic;
using System.Reflection;
using NUnit.Framework;

namespace Playgate.Tests
{
    /// <summary>The table under NUnit 2.6, on Mono.</summary>
    public abstract class Fixture
    {
        protected static IEnumerable<TestCaseData> Named(Case[] table)
        {
            foreach (Case one in table)
            {
                yield return new TestCaseData(one).SetName(one.Name);
            }
        }
    }

    [TestFixture, Category("Ship")]
    public sealed class ShipFixture : Fixture
    {
        public static IEnumerable<TestCaseData> Cases()
        {
            return Named(Table.Ship);
        }

        [TestCaseSource("Cases")]
        public void Run(Case one)
        {
            one.Run();
        }
    }

    [TestFixture, Category("Mock")]
    public sealed class MockFixture : Fixture
    {
        public static IEnumerable<TestCaseData> Cases()
        {
            return Named(Table.Mock);
        }

        [TestCaseSource("Cases")]
        public void Run(Case one)
        {
            one.Run();
        }
    }

    /// <summary>The table is whole.</summary>
    [TestFixture, Category("Reflection")]
    public sealed class TableTests
    {
        [Test]
        public void EveryCaseMethodIsInTheTableOnce()
        {
            List<string> inTable = new List<string>();
            foreach (Case[] table in new Case[][] { Table.Ship, Table.Mock })
            {
                foreach (Case one in table)
                {
                    string method = one.Run.Method.DeclaringType.Name + "." + one.Run.Method.Name;
                    Assert.AreEqual(method.Replace("Cases.", "."), one.Name);
                    inTable.Add(method);
                }
            }
            List<string> written = new List<string>();
            foreach (Type type in typeof(Table).Assembly.GetTypes())
            {
                if (!type.Name.EndsWith("Cases", StringComparison.Ordinal))
                {
                    continue;
                }
                foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
                {
                    written.Add(type.Name + "." + method.Name);
                }
            }
            inTable.Sort(StringComparer.Ordinal);
            written.Sort(StringComparer.Ordinal);
            CollectionAssert.AreEqual(written, inTable);
            Assert.Greater(written.Count, 80);
        }
    }
}
