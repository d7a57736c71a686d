using System;

namespace Playgate.Native
{
    /// <summary>
    /// Marks a method that native code calls, so that ahead-of-time compilers make an entry for it. IL2CPP and Mono know it
    /// by its name, whatever its namespace.
    /// </summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class MonoPInvokeCallbackAttribute : Attribute
    {
        /// <summary>The delegate's type.</summary>
        internal Type DelegateType { get; private set; }

        /// <summary>Makes the mark.</summary>
        public MonoPInvokeCallbackAttribute(Type delegateType)
        {
            DelegateType = delegateType;
        }
    }
}
