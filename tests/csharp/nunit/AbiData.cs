namespace Playgate.Tests
{
    /// <summary>A function of the library: its name, then what it returns and takes, a word each.</summary>
    public sealed class AbiFunction
    {
        public readonly string Name;
        public readonly string Shape;

        public AbiFunction(string name, string shape)
        {
            Name = name;
            Shape = shape;
        }
    }

    /// <summary>A field of a struct, with pointers of 64 bits.</summary>
    public sealed class AbiField
    {
        public readonly string Name;
        public readonly long Offset;
        public readonly int Size;

        public AbiField(string name, long offset, int size)
        {
            Name = name;
            Offset = offset;
            Size = size;
        }
    }

    /// <summary>A struct of the header.</summary>
    public sealed class AbiStruct
    {
        public readonly string Name;
        public readonly int Size;
        public readonly AbiField[] Fields;

        public AbiStruct(string name, int size, AbiField[] fields)
        {
            Name = name;
            Size = size;
            Fields = fields;
        }
    }

    /// <summary>A constant of the header, and what it may be called in C#.</summary>
    public sealed class AbiConstant
    {
        public readonly string C;
        public readonly long Value;
        public readonly string[] Names;

        public AbiConstant(string c, long value, string[] names)
        {
            C = c;
            Value = value;
            Names = names;
        }
    }
}
