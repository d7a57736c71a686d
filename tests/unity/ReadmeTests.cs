using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.UI;
using UnityStubs;

namespace Playgate.Unity.Tests
{
    /// <summary>
    /// The package's README, step by step: its shell blocks are run, its settings set, its scripts (compiled into this
    /// assembly from the README) put on objects. PLAYGATE_PACKAGE names the package's folder.
    /// </summary>
    [TestFixture]
    public sealed class ReadmeTests
    {
        private readonly List<Process> programs = new List<Process>();
        private readonly int sandboxPort = FreePort();
        private readonly int serverPort = FreePort();
        private string readme;

        [SetUp]
        public void Open()
        {
            readme = File.ReadAllText(Path.Combine(Environment.GetEnvironmentVariable("PLAYGATE_PACKAGE"), "README.md"));
        }

        [TearDown]
        public void Close()
        {
            foreach (Process program in programs)
            {
                if (!program.HasExited)
                {
                    program.Kill();
                }
                program.WaitForExit();
            }
            Play.End();
        }

        private static int FreePort()
        {
            TcpListener listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            int port = ((IPEndPoint)listener.LocalEndpoint).Port;
            listener.Stop();
            return port;
        }

        // The ports are other ones, since those of the README may be in use here; the programs were built before.
        private string Here(string text)
        {
            string servers = Environment.GetEnvironmentVariable("PLAYGATE_SERVERS");
            text = Regex.Replace(text, @"cargo run -p (\S+)( --)?", "exec '" + servers + "/$1'");
            return text.Replace("7411", sandboxPort.ToString()).Replace("8080", serverPort.ToString());
        }

        private List<string> Blocks(string language)
        {
            List<string> blocks = new List<string>();
            foreach (Match match in Regex.Matches(readme, "```" + language + "\n(.*?)```", RegexOptions.Singleline))
            {
                blocks.Add(match.Groups[1].Value);
            }
            return blocks;
        }

        private Process Shell(string block)
        {
            ProcessStartInfo start = new ProcessStartInfo("sh", "-e");
            start.UseShellExecute = false;
            start.RedirectStandardInput = true;
            start.RedirectStandardOutput = true;
            start.RedirectStandardError = true;
            Process program = Process.Start(start);
            programs.Add(program);
            program.ErrorDataReceived += delegate { };
            program.BeginErrorReadLine();
            program.StandardInput.Write(Here(block));
            program.StandardInput.Close();
            return program;
        }

        private string Setting(string field)
        {
            Match match = Regex.Match(readme, @"\| " + field + @" \| `([^`]*)` \|");
            Assert.IsTrue(match.Success, field);
            return Here(match.Groups[1].Value);
        }

        [Test]
        public void Its_steps_lead_to_an_open_feature()
        {
            // 1. The package's name and version.
            string manifest = File.ReadAllText(Path.Combine(Environment.GetEnvironmentVariable("PLAYGATE_PACKAGE"), "package.json"));
            string name = Regex.Match(manifest, "\"name\": \"(com[^\"]*)\"").Groups[1].Value;
            string version = Regex.Match(manifest, "\"version\": \"([^\"]*)\"").Groups[1].Value;
            Assert.AreEqual(1, Blocks("json").Count);
            StringAssert.Contains("\"" + name + "\": \"file:../" + name + "-" + version + ".tgz\"", Blocks("json")[0]);
            // 2. The servers.
            List<string> shell = Blocks("sh");
            Assert.AreEqual(3, shell.Count);
            StringAssert.StartsWith("sandbox: http://127.0.0.1:" + sandboxPort, Shell(shell[0]).StandardOutput.ReadLine());
            StringAssert.StartsWith("backend: http://127.0.0.1:" + serverPort, Shell(shell[1]).StandardOutput.ReadLine());
            string token = Shell(shell[2]).StandardOutput.ReadToEnd().Trim();
            Assert.AreEqual(3, token.Split('.').Length, "a token");
            // 3. The settings.
            PlaygateSettings settings = Play.Begin();
            settings.ServerUrl = Setting("Server Url");
            settings.Features = new[] { Setting("Features") };
            // 4. The player.
            Assert.AreEqual(3, Blocks("csharp").Count);
            GameObject holder = new GameObject("boot");
            holder.SetActive(false);
            Boot boot = holder.AddComponent<Boot>();
            boot.Token = token;
            holder.SetActive(true);
            Play.Until("the age gate opens", () => boot.IsAgeGateOpen);
            boot.ConsentGiven(Consent());
            // 5. The feature.
            VoiceChat chat = new GameObject("chat").AddComponent<VoiceChat>();
            GameObject element = new GameObject("button");
            Button button = element.AddComponent<Button>();
            button.onClick.AddListener(chat.Talk);
            FeatureGate gate = element.AddComponent<FeatureGate>();
            gate.FeatureName = "voice-chat";
            gate.Selectable = button;
            AskPanel panel = element.AddComponent<AskPanel>();
            Play.Until("a parent decides", () => gate.Decision.Access == Access.AskParent);
            Play.Until("the challenge", () =>
            {
                if (!gate.IsAsking && panel.Qr == null)
                {
                    Finger.Click(element);
                }
                return panel.Qr != null;
            });
            Assert.IsFalse(chat.IsTalking);
            Assert.Greater(panel.Code.Length, 1);
            // 6. The parent, in the window.
            Playgate.Unity.Editor.PlaygateWindowModel window = new Playgate.Unity.Editor.PlaygateWindowModel(Here("http://127.0.0.1:7411"));
            Play.Until("the window shows the challenge", () =>
            {
                window.Tick();
                if (!window.IsBusy)
                {
                    window.List();
                }
                return window.Challenges.Length == 1;
            });
            window.Approve(window.Challenges[0], 18);
            Play.Until("the feature is on", () =>
            {
                window.Tick();
                return gate.IsOpen;
            });
            window.Close();
            Finger.Click(element);
            Play.Frames(2);
            Assert.IsTrue(chat.IsTalking);
            // 7. The notice.
            Notice notice = PlaygateManager.Client.GetNotice();
            Assert.IsNotNull(notice);
            PlaygateManager.Client.AcknowledgeAsync();
            Play.Until("the player was told", () => PlaygateManager.Client.GetNotice() == null);
        }

        // What the consent flow gives.
        private string Consent()
        {
            using (WebClient client = new WebClient())
            {
                client.Proxy = null;
                client.Headers["Content-Type"] = "application/json";
                byte[] body = Encoding.UTF8.GetBytes(
                    "{\"dateOfBirth\":\"2014-01-15\",\"permissions\":[{\"name\":\"voice-chat\",\"managedBy\":\"GUARDIAN\"}]}");
                return Encoding.UTF8.GetString(client.UploadData(Here("http://127.0.0.1:7411/control/players"), body));
            }
        }
    }
}
