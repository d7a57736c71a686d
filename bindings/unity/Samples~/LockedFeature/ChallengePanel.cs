using UnityEngine;
using UnityEngine.UI;

using Playgate;
using Playgate.Unity;

namespace PlaygateSamples
{
    /// <summary>Shows a parent's challenge: the QR code, and the code with the site to type it at.</summary>
    public sealed class ChallengePanel : MonoBehaviour
    {
        [SerializeField] private RawImage qrImage = null;
        [SerializeField] private Text codeText = null;
        private Texture2D texture;

        /// <summary>Wires the panel up without a scene, as a test does.</summary>
        public void Use(RawImage qrImage, Text codeText)
        {
            this.qrImage = qrImage;
            this.codeText = codeText;
        }

        /// <summary>Shows the challenge.</summary>
        public void Show(Challenge challenge)
        {
            Forget();
            QrCode code = challenge.GetQr();
            if (code != null)
            {
                texture = QrTexture.Create(code);
                qrImage.texture = texture;
            }
            // Right after a restart there is no URL yet; an event follows, and the next click shows it.
            qrImage.enabled = code != null;
            codeText.text = challenge.Code.Length > 0 ? challenge.CodeSite + ": " + challenge.Code : "";
            gameObject.SetActive(true);
        }

        /// <summary>Hides the panel.</summary>
        public void Hide()
        {
            gameObject.SetActive(false);
            Forget();
        }

        private void OnDestroy()
        {
            Forget();
        }

        private void Forget()
        {
            if (texture != null)
            {
                qrImage.texture = null;
                Destroy(texture);
                texture = null;
            }
        }
    }
}
