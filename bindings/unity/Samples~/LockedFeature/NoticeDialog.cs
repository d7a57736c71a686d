using System.Text;
using UnityEngine;
using UnityEngine.UI;

using Playgate;
using Playgate.Unity;

namespace PlaygateSamples
{
    /// <summary>
    /// Tells the player what has changed, once. Put it on an object that stays active; the panel below it comes and goes.
    /// What was shown is acknowledged when the player closes it: not before, so that a crash loses no news.
    /// </summary>
    public sealed class NoticeDialog : MonoBehaviour
    {
        [SerializeField] private GameObject panel = null;
        [SerializeField] private Text title = null;
        [SerializeField] private Text message = null;
        [SerializeField] private Button close = null;

        /// <summary>Whether it is open.</summary>
        public bool IsOpen
        {
            get { return panel != null && panel.activeSelf; }
        }

        /// <summary>Wires the dialog up without a scene, as a test does.</summary>
        public void Use(GameObject panel, Text title, Text message, Button close)
        {
            this.panel = panel;
            this.title = title;
            this.message = message;
            this.close = close;
        }

        private void OnEnable()
        {
            if (panel == null)
            {
                return;
            }
            panel.SetActive(false);
            close.onClick.AddListener(Close);
            PlaygateManager.NoticeReady += Show;
            PlaygateManager.Started += Show;
            Show();
        }

        private void OnDisable()
        {
            if (panel == null)
            {
                return;
            }
            close.onClick.RemoveListener(Close);
            PlaygateManager.NoticeReady -= Show;
            PlaygateManager.Started -= Show;
        }

        private void Show()
        {
            PlaygateClient client = PlaygateManager.Client;
            Notice notice = client == null ? null : client.GetNotice();
            if (notice == null)
            {
                return;
            }
            title.text = notice.Title;
            StringBuilder text = new StringBuilder(notice.Message);
            List(text, notice.Off);
            List(text, notice.On);
            List(text, notice.MayChoose);
            message.text = text.ToString();
            panel.SetActive(true);
        }

        private void Close()
        {
            panel.SetActive(false);
            if (PlaygateManager.Client != null)
            {
                PlaygateManager.Client.AcknowledgeAsync();
            }
        }

        private static void List(StringBuilder text, System.Collections.Generic.IReadOnlyList<NoticeFeature> features)
        {
            foreach (NoticeFeature feature in features)
            {
                text.Append("\n- ").Append(feature.Shown);
            }
        }
    }
}
