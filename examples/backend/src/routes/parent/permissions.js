"use strict";
(() => {
  const review = document.getElementById("review");
  const form = document.getElementById("start");
  const button = document.getElementById("open");
  const widget = document.getElementById("permission-widget");
  const message = document.getElementById("message");

  const texts = {
    INVALID_EMAIL: "Please check the e-mail address.",
    NOT_FOR_A_PARENT: "The player manages these permissions; there is nothing to review.",
    UNAUTHORIZED: "Your sign-in has ended. Please sign in again at the game's own site.",
    KID_RATE_LIMITED: "Many people are here at the moment. Please try again in a minute.",
  };
  const say = (text) => { message.textContent = text; };

  const post = async (path, body) => {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
    });
    return response.json();
  };

  // Only k-ID's own origins over https, and the one that this server was told of, letter by letter.
  const isWidgets = (origin) => {
    const extra = review.dataset.widgetOrigin;
    if (extra !== "" && origin === extra) return true;
    let url;
    try { url = new URL(origin); } catch { return false; }
    if (url.protocol !== "https:" || url.origin !== origin) return false;
    return url.host === "k-id.com" || url.host.endsWith(".k-id.com");
  };

  const eventType = (data) => {
    let event = data;
    if (typeof event === "string") {
      try { event = JSON.parse(event); } catch { return undefined; }
    }
    return typeof event === "object" && event !== null ? event.eventType : undefined;
  };

  form.addEventListener("submit", async (submit) => {
    submit.preventDefault();
    button.disabled = true;
    say("One moment…");
    try {
      const answer = await post("/api/permission-widget", {
        sessionId: review.dataset.session,
        parentEmail: document.getElementById("email").value.trim(),
      });
      if (typeof answer.widgetUrl === "string" && isWidgets(new URL(answer.widgetUrl).origin)) {
        widget.src = answer.widgetUrl;
        widget.hidden = false;
        form.hidden = true;
        say("");
        return;
      }
      const gone = answer.needsConsent || answer.sessionDeleted;
      say(gone ? "There is nothing to review any more." : texts[answer.error] ?? "That did not work. Please try again later.");
    } catch {
      say("The server cannot be reached. Please try again later.");
    } finally {
      button.disabled = false;
    }
  });

  window.addEventListener("message", async (event) => {
    if (event.source !== widget.contentWindow || widget.hidden || !isWidgets(event.origin)) return;
    if (eventType(event.data) !== "Widget.ExitReview") return;
    widget.hidden = true;
    widget.removeAttribute("src");
    try {
      const answer = await post("/parent/refresh");
      if (answer.refreshed !== true) throw new Error("not refreshed");
      say("Done. The game shows the new permissions in a moment.");
    } catch {
      // k-ID has them; the game fetches them by itself at its next start.
      say("Done. The game shows the new permissions when it starts the next time.");
    }
  });
})();
