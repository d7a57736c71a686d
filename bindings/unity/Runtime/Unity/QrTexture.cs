using System;
using UnityEngine;

namespace Playgate.Unity
{
    /// <summary>Draws a challenge's QR code. Main thread.</summary>
    public static class QrTexture
    {
        /// <summary>How many light modules have to be around a code, so that cameras find it.</summary>
        public const int QuietZone = 4;

        /// <summary>
        /// A texture with the code in black on white and the quiet zone around it, the first row at the top, filtered by
        /// point so that it stays sharp at any size. The caller destroys it. Takes some milliseconds: not for each frame.
        /// </summary>
        /// <param name="code">What <c>Challenge.GetQr</c> gave.</param>
        /// <param name="pixelsPerModule">How many pixels a module has along a side; at least 1.</param>
        public static Texture2D Create(QrCode code, int pixelsPerModule = 4)
        {
            if (code == null)
            {
                throw new ArgumentNullException("code");
            }
            if (pixelsPerModule < 1)
            {
                throw new ArgumentOutOfRangeException("pixelsPerModule", "A module has at least one pixel.");
            }
            int modules = code.Size + 2 * QuietZone;
            int side = modules * pixelsPerModule;
            Color32 dark = new Color32(0, 0, 0, 255);
            Color32 light = new Color32(255, 255, 255, 255);
            Color32[] pixels = new Color32[side * side];
            for (int row = 0; row < side; row++)
            {
                // A texture's first row is at the bottom.
                int y = modules - 1 - row / pixelsPerModule - QuietZone;
                for (int column = 0; column < side; column++)
                {
                    int x = column / pixelsPerModule - QuietZone;
                    bool isInside = x >= 0 && y >= 0 && x < code.Size && y < code.Size;
                    pixels[row * side + column] = isInside && code.IsDark(x, y) ? dark : light;
                }
            }
            Texture2D texture = new Texture2D(side, side, TextureFormat.RGBA32, false);
            texture.name = "Playgate QR code";
            texture.filterMode = FilterMode.Point;
            texture.wrapMode = TextureWrapMode.Clamp;
            texture.SetPixels32(pixels);
            texture.Apply(false, false);
            return texture;
        }
    }
}
