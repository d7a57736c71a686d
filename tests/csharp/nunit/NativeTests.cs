using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using NUnit.Framework;

namespace Playgate.Tests
{
    /// <summary>
    /// The declarations of native functions, structs, constants and callbacks, looked at by reflection, against
    /// include/playgate.abi, which `cargo xtask` turns into `Abi`.
    /// </summary>
    [TestFixture, Category("Reflection")]
    public sealed class NativeTests
    {
        private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance
            | BindingFlags.DeclaredOnly;

        private static readonly Assembly Core = typeof(PlaygateClient).Assembly;

        private static List<MethodInfo> Imports()
        {
            List<MethodInfo> imports = new List<MethodInfo>();
            foreach (Type type in Core.GetTypes())
            {
                foreach (MethodInfo method in type.GetMethods(All))
                {
                    if ((method.Attributes & MethodAttributes.PinvokeImpl) != 0)
                    {
                        imports.Add(method);
                    }
                }
            }
            return imports;
        }

        [Test]
        public void EveryFunctionIsDeclaredOnceAndNoOther()
        {
            List<string> declared = new List<string>();
            foreach (MethodInfo method in Imports())
            {
                declared.Add(EntryPoint(method));
            }
            List<string> expected = new List<string>();
            foreach (AbiFunction function in Abi.Functions)
            {
                expected.Add(function.Name);
            }
            declared.Sort(StringComparer.Ordinal);
            expected.Sort(StringComparer.Ordinal);
            CollectionAssert.AreEqual(expected, declared);
            Assert.Greater(expected.Count, 100);
        }

        private static string EntryPoint(MethodInfo method)
        {
            DllImportAttribute import = Import(method);
            return string.IsNullOrEmpty(import.EntryPoint) ? method.Name : import.EntryPoint;
        }

        private static DllImportAttribute Import(MethodInfo method)
        {
            object[] imports = method.GetCustomAttributes(typeof(DllImportAttribute), false);
            Assert.AreEqual(1, imports.Length, method.Name);
            return (DllImportAttribute)imports[0];
        }

        [Test]
        public void ImportsAreCdeclAndPlain()
        {
            foreach (MethodInfo method in Imports())
            {
                DllImportAttribute import = Import(method);
                Assert.AreEqual(CallingConvention.Cdecl, import.CallingConvention, method.Name);
                Assert.AreEqual("playgate", import.Value, method.Name);
                Assert.IsFalse(import.SetLastError, method.Name);
                Assert.IsTrue(import.ExactSpelling, method.Name);
                // PreserveSig is the default; without it a result becomes an exception.
                Assert.IsTrue((method.GetMethodImplementationFlags() & MethodImplAttributes.PreserveSig) != 0, method.Name);
            }
        }

        [Test]
        public void ImportsAreBlittable()
        {
            foreach (MethodInfo method in Imports())
            {
                Assert.IsNull(Forbidden(method.ReturnType, method.Name), method.Name + " returns " + method.ReturnType);
                foreach (ParameterInfo parameter in method.GetParameters())
                {
                    string what = method.Name + ", " + parameter.Name + ": " + parameter.ParameterType;
                    Assert.IsNull(Forbidden(parameter.ParameterType, method.Name), what);
                    Assert.AreEqual(0, parameter.GetCustomAttributes(typeof(MarshalAsAttribute), false).Length, what);
                }
            }
        }

        /// <summary>Why a type may not stand in a declaration; null when it may.</summary>
        private static string Forbidden(Type type, string where)
        {
            if (type.IsPointer)
            {
                Type element = type.GetElementType();
                return element == typeof(void) ? null : Forbidden(element, where);
            }
            if (type.IsByRef || type.IsArray || typeof(Delegate).IsAssignableFrom(type))
            {
                return "by reference, array or delegate";
            }
            if (type == typeof(bool) || type == typeof(char) || type == typeof(string) || type == typeof(decimal))
            {
                return "not blittable";
            }
            // An id is a number of 64 bits: a pointer for one would be cut on systems of 32 bits.
            if (type == typeof(IntPtr))
            {
                return "IntPtr";
            }
            if (type.IsPrimitive || type == typeof(void) || type == typeof(UIntPtr))
            {
                return null;
            }
            if (!type.IsValueType || type.IsGenericType)
            {
                return "a class";
            }
            if (type.IsEnum)
            {
                return Enum.GetUnderlyingType(type) == typeof(int) ? null : "an enum that is no int";
            }
            if (!type.IsLayoutSequential)
            {
                return "without a sequential layout";
            }
            foreach (FieldInfo field in type.GetFields(All))
            {
                bool isFunction = field.FieldType == typeof(IntPtr);
                string why = isFunction || IsFixed(field) ? null : Forbidden(field.FieldType, where + "." + type.Name);
                if (why != null)
                {
                    return field.Name + ": " + why;
                }
            }
            return null;
        }

        private struct Managed
        {
            public int Number;
            public string Text;
        }

        private delegate bool Crossing(string text);

        /// <summary>The look at types finds what it is there for.</summary>
        [Test]
        public void WhatIsForbiddenIsFound()
        {
            Type[] forbidden =
            {
                typeof(bool), typeof(char), typeof(string), typeof(IntPtr), typeof(int[]), typeof(Crossing), typeof(object),
                typeof(Managed), typeof(Managed).MakePointerType(), typeof(bool).MakePointerType(), typeof(uint).MakeByRefType(),
                typeof(DayOfWeek?), typeof(PlaygateClient),
            };
            foreach (Type type in forbidden)
            {
                Assert.IsNotNull(Forbidden(type, "here"), type.Name);
            }
            foreach (Type type in new Type[] { typeof(int), typeof(ulong), typeof(UIntPtr), typeof(void).MakePointerType() })
            {
                Assert.IsNull(Forbidden(type, "here"), type.Name);
            }
            Assert.AreEqual(0, new Managed().Number);
            Assert.IsNull(new Managed().Text);
        }

        private static bool IsFixed(FieldInfo field)
        {
            return field.GetCustomAttributes(typeof(FixedBufferAttribute), false).Length == 1;
        }

        [Test]
        public void SignaturesAreThoseOfTheManifest()
        {
            Dictionary<string, string> expected = new Dictionary<string, string>();
            foreach (AbiFunction function in Abi.Functions)
            {
                expected.Add(function.Name, function.Shape);
            }
            foreach (MethodInfo method in Imports())
            {
                StringBuilder shape = new StringBuilder(Word(method.ReturnType));
                foreach (ParameterInfo parameter in method.GetParameters())
                {
                    shape.Append(" " + Word(parameter.ParameterType));
                }
                Assert.AreEqual(expected[EntryPoint(method)], shape.ToString(), method.Name);
            }
        }

        /// <summary>A type as `Abi` writes it: sort and size, "ptr" and what it points to.</summary>
        private static string Word(Type type)
        {
            if (type.IsPointer)
            {
                Type element = type.GetElementType();
                return element.IsPointer ? "ptr-ptr" : element.IsPrimitive || element == typeof(void) || element == typeof(UIntPtr)
                    ? "ptr-" + Word(element) : "ptr-" + element.Name;
            }
            return type == typeof(void) ? "void" : type == typeof(int) ? "i32" : type == typeof(uint) ? "u32" : type == typeof(long)
                ? "i64" : type == typeof(ulong) ? "u64" : type == typeof(byte) ? "u8" : type == typeof(double) ? "f64"
                : type == typeof(UIntPtr) ? "size" : type.Name;
        }

        [Test]
        public void StructsAreLaidOutAsInC()
        {
            Assert.AreEqual(8, IntPtr.Size, "this test compares with 64 bits");
            foreach (AbiStruct expected in Abi.Structs)
            {
                Type type = Core.GetType("Playgate.Native." + expected.Name);
                Assert.IsNotNull(type, expected.Name);
                Assert.AreEqual(expected.Size, Marshal.SizeOf(type), expected.Name);
                List<string> names = new List<string>();
                foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                {
                    names.Add(field.Name);
                }
                Assert.AreEqual(expected.Fields.Length, names.Count, expected.Name);
                foreach (AbiField field in expected.Fields)
                {
                    string where = expected.Name + "." + field.Name;
                    CollectionAssert.Contains(names, field.Name, where);
                    Assert.AreEqual(field.Offset, Marshal.OffsetOf(type, field.Name).ToInt64(), where);
                    FieldInfo info = type.GetField(field.Name, All);
                    Assert.AreEqual(field.Size, Marshal.SizeOf(Plain(info.FieldType)), where);
                }
            }
            Assert.Greater(Abi.Structs.Length, 20);
        }

        private static Type Plain(Type type)
        {
            return type.IsPointer ? typeof(IntPtr) : type;
        }

        [Test]
        public void ConstantsAreThoseOfTheManifest()
        {
            Dictionary<string, long> known = new Dictionary<string, long>();
            foreach (Type type in Core.GetTypes())
            {
                if (type.IsEnum && type.Namespace == "Playgate")
                {
                    Assert.AreEqual(typeof(int), Enum.GetUnderlyingType(type), type.Name);
                    foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                    {
                        known[type.Name + "." + field.Name] = (int)field.GetRawConstantValue();
                    }
                }
            }
            Type constants = Core.GetType("Playgate.Native.NativeConstants");
            foreach (FieldInfo field in constants.GetFields(All))
            {
                known[field.Name] = Convert.ToInt64(field.GetRawConstantValue());
            }
            foreach (AbiConstant constant in Abi.Constants)
            {
                List<string> names = new List<string>();
                foreach (string name in constant.Names)
                {
                    if (known.ContainsKey(name))
                    {
                        names.Add(name);
                        Assert.AreEqual(constant.Value, known[name], constant.C + " as " + name);
                    }
                }
                Assert.AreEqual(1, names.Count, constant.C + " is known as one of " + string.Join(", ", constant.Names));
                known.Remove(names[0]);
            }
            Assert.AreEqual(0, known.Count, "names without a constant of the library: " + string.Join(", ", new List<string>(known.Keys)));
        }

        /// <summary>
        /// Delegates that native code calls: each in a static readonly field, so that none is collected, made from a static
        /// method that IL2CPP can find by its attribute.
        /// </summary>
        [Test]
        public void CallbacksAreStaticRootedAndAttributed()
        {
            List<string> rooted = new List<string>();
            foreach (Type type in Core.GetTypes())
            {
                foreach (FieldInfo field in type.GetFields(All))
                {
                    // The compiler keeps delegates that it has made in fields of its own, too.
                    if (!IsCallback(field.FieldType) || field.Name.StartsWith("<", StringComparison.Ordinal))
                    {
                        continue;
                    }
                    string where = type.Name + "." + field.Name;
                    Assert.IsTrue(field.IsStatic && field.IsInitOnly, where + " is static readonly");
                    Delegate value = (Delegate)field.GetValue(null);
                    Assert.IsTrue(value.Method.IsStatic && value.Target == null, where + " is of a static method");
                    rooted.Add(value.Method.DeclaringType.FullName + "." + value.Method.Name);
                    Type named = Attributed(value.Method);
                    Assert.AreEqual(field.FieldType, named, where + ": [MonoPInvokeCallback] names its type");
                }
            }
            List<string> attributed = new List<string>();
            foreach (Type type in Core.GetTypes())
            {
                foreach (MethodInfo method in type.GetMethods(All))
                {
                    if (Attributed(method) != null)
                    {
                        attributed.Add(method.DeclaringType.FullName + "." + method.Name);
                    }
                }
            }
            rooted.Sort(StringComparer.Ordinal);
            attributed.Sort(StringComparer.Ordinal);
            CollectionAssert.AreEqual(attributed, rooted);
            Assert.AreEqual(Abi.Callbacks, rooted.Count, "functions of the hooks that C# fills");
        }

        private static bool IsCallback(Type type)
        {
            return typeof(Delegate).IsAssignableFrom(type)
                && type.GetCustomAttributes(typeof(UnmanagedFunctionPointerAttribute), false).Length > 0;
        }

        private static Type Attributed(MethodInfo method)
        {
            foreach (CustomAttributeData attribute in method.GetCustomAttributesData())
            {
                if (attribute.Constructor.DeclaringType.Name == "MonoPInvokeCallbackAttribute")
                {
                    return (Type)attribute.ConstructorArguments[0].Value;
                }
            }
            return null;
        }

        /// <summary>No delegate crosses by another way, and each one that does says Cdecl and is blittable.</summary>
        [Test]
        public void DelegatesThatCrossAreCdeclAndBlittable()
        {
            int count = 0;
            foreach (Type type in Core.GetTypes())
            {
                if (!IsCallback(type))
                {
                    continue;
                }
                count++;
                UnmanagedFunctionPointerAttribute pointer = (UnmanagedFunctionPointerAttribute)type.GetCustomAttributes(
                    typeof(UnmanagedFunctionPointerAttribute), false)[0];
                Assert.AreEqual(CallingConvention.Cdecl, pointer.CallingConvention, type.Name);
                Assert.IsFalse(pointer.SetLastError, type.Name);
                MethodInfo invoke = type.GetMethod("Invoke");
                Assert.IsNull(Forbidden(invoke.ReturnType, type.Name), type.Name);
                foreach (ParameterInfo parameter in invoke.GetParameters())
                {
                    // `user` is a pointer in C, too.
                    bool isUser = parameter.Position == 0 && parameter.Name == "user" && parameter.ParameterType == typeof(IntPtr);
                    Assert.IsTrue(isUser || Forbidden(parameter.ParameterType, type.Name) == null, type.Name + ", " + parameter.Name);
                }
            }
            Assert.Greater(count, 0);
        }

        /// <summary>The pure assembly needs no engine, and Unity 2019's .NET Standard 2.0 has all that it uses.</summary>
        [Test]
        public void CoreNeedsNoEngine()
        {
            foreach (AssemblyName reference in Core.GetReferencedAssemblies())
            {
                CollectionAssert.Contains(new string[] { "mscorlib", "System", "System.Core" }, reference.Name);
            }
        }

        /// <summary>Whatever public code can be given wrong is said by documented exceptions, so nothing public is a pointer.</summary>
        [Test]
        public void NothingPublicIsUnsafe()
        {
            foreach (Type type in Core.GetExportedTypes())
            {
                foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance
                    | BindingFlags.DeclaredOnly))
                {
                    Assert.IsFalse(method.ReturnType.IsPointer, type.Name + "." + method.Name);
                    foreach (ParameterInfo parameter in method.GetParameters())
                    {
                        Assert.IsFalse(parameter.ParameterType.IsPointer, type.Name + "." + method.Name);
                    }
                }
            }
        }
    }
}
