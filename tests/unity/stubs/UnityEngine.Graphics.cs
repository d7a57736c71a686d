// UnityEngine, as in Unity 2019.4: textures.

using System;

namespace UnityEngine
{
    public struct Color32
    {
        public byte r;
        public byte g;
        public byte b;
        public byte a;

        public Color32(byte r, byte g, byte b, byte a)
        {
            this.r = r;
            this.g = g;
            this.b = b;
            this.a = a;
        }
    }

    public struct Vector2
    {
        public float x;
        public float y;
    }

    public struct Rect
    {
        public float x;
        public float y;
        public float width;
        public float height;

        public Rect(float x, float y, float width, float height)
        {
            this.x = x;
            this.y = y;
            this.width = width;
            this.height = height;
        }
    }

    public enum TextureFormat
    {
        RGB24 = 3,
        RGBA32 = 4
    }

    public enum FilterMode
    {
        Point = 0,
        Bilinear = 1
    }

    public enum TextureWrapMode
    {
        Repeat = 0,
        Clamp = 1
    }

    public class Texture : Object
    {
        public Texture()
        {
            filterMode = FilterMode.Bilinear;
        }

        public int width { get; protected set; }

        public int height { get; protected set; }

        public FilterMode filterMode { get; set; }

        public TextureWrapMode wrapMode { get; set; }
    }

    public sealed class Texture2D : Texture
    {
        private Color32[] pixels;
        private Color32[] drawn;

        public Texture2D(int width, int height, TextureFormat textureFormat, bool mipChain)
        {
            this.width = width;
            this.height = height;
            pixels = new Color32[width * height];
            drawn = new Color32[width * height];
        }

        public void SetPixels32(Color32[] colors)
        {
            if (colors.Length != width * height)
            {
                throw new ArgumentException("SetPixels32 called with invalid number of pixels in the array");
            }
            pixels = (Color32[])colors.Clone();
        }

        // From the bottom left, row by row.
        public Color32[] GetPixels32()
        {
            return (Color32[])pixels.Clone();
        }

        public void Apply(bool updateMipmaps, bool makeNoLongerReadable)
        {
            drawn = (Color32[])pixels.Clone();
        }

        // What is on the screen: what was applied.
        internal Color32 Drawn(int x, int fromBottom)
        {
            return drawn[fromBottom * width + x];
        }
    }

    public static class GUILayout
    {
        public static bool Button(string text, params GUILayoutOption[] options)
        {
            return false;
        }
    }

    public sealed class GUILayoutOption
    {
    }

    public sealed class GUIStyle
    {
    }
}
