using System;
using System.Threading.Tasks;
using NUnit.Framework;
using UnityEngine;

namespace Playgate.Unity.Tests
{
    /// <summary>The texture is the code: each module, and the light zone around it.</summary>
    [TestFixture]
    public sealed class QrTextureTests
    {
        private Household house;

        [TestFixtureSetUp]
        public void MoveIn()
        {
            house = new Household();
            house.Consent(Household.Permission("voice-chat", "GUARDIAN"));
        }

        [TestFixtureTearDown]
        public void MoveOut()
        {
            house.Dispose();
        }

        [TearDown]
        public void End()
        {
            Play.End();
        }

        [Test]
        public void Its_pixels_are_the_challenges_modules()
        {
            PlaygateSettings settings = Play.Begin();
            settings.ServerUrl = house.Server;
            Play.MoveIn(house);
            Feature feature = Feature.Of("voice-chat");
            Task<RequestOutcome> asking = PlaygateManager.Client.RequestPermissionAsync(feature);
            Play.Until("the challenge", () => asking.IsCompleted);
            Assert.AreEqual(Result.ChallengeOpen, asking.Result.Result);
            using (Challenge challenge = PlaygateManager.Client.GetChallenge(feature))
            {
                QrCode code = challenge.GetQr();
                Assert.Greater(code.Size, 20);
                foreach (int scale in new[] { 1, 3 })
                {
                    Compare(code, QrTexture.Create(code, scale), scale);
                }
                Assert.Throws<ArgumentNullException>(() => QrTexture.Create(null));
                Assert.Throws<ArgumentOutOfRangeException>(() => QrTexture.Create(code, 0));
            }
        }

        private static void Compare(QrCode code, Texture2D texture, int scale)
        {
            byte[] modules = code.GetModules();
            int side = (code.Size + 8) * scale;
            Assert.AreEqual(side, texture.width);
            Assert.AreEqual(side, texture.height);
            Assert.AreEqual(FilterMode.Point, texture.filterMode);
            int dark = 0;
            for (int top = 0; top < side; top++)
            {
                for (int left = 0; left < side; left++)
                {
                    int x = left / scale - 4;
                    int y = top / scale - 4;
                    bool isCode = x >= 0 && y >= 0 && x < code.Size && y < code.Size;
                    bool isDark = isCode && modules[y * code.Size + x] == 1;
                    dark += isDark ? 1 : 0;
                    Color32 pixel = texture.Drawn(left, side - 1 - top);
                    Assert.AreEqual(isDark ? 0 : 255, pixel.r, "at " + left + ", " + top);
                    Assert.AreEqual(255, pixel.a);
                }
            }
            Assert.Greater(dark, 0);
            UnityEngine.Object.DestroyImmediate(texture);
        }
    }
}
