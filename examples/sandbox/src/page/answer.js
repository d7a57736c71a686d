"use strict";
const query = new URLSearchParams(location.search);
const message = document.getElementById("message");
const age = document.getElementById("age");
const boxes = [...document.querySelectorAll("[data-permission]")];

async function answer(action) {
  const body = { link: query.get("otp") || query.get("token") || "", action };
  if (age && action === "pass" && age.value !== "") body.age = Number(age.value);
  if (action === "done") body.enabledPermissions = boxes.filter((box) => box.checked).map((box) => box.dataset.permission);
  const response = await fetch(location.pathname, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const result = await response.json();
  if (!response.ok) throw new Error(result.errorMessage);
  document.getElementById("ask").hidden = true;
  message.className = result.status === "FAIL" ? "bad" : "good";
  message.dataset.status = result.status;
  message.textContent = result.message;
  if (result.back) {
    const back = document.getElementById("back");
    back.href = result.back;
    back.hidden = false;
  }
  if (action === "done") {
    window.parent.postMessage({ eventType: "Widget.ExitReview", data: { sessionId: result.sessionId } }, "*");
  }
}

for (const button of document.querySelectorAll("button[data-action]")) {
  button.addEventListener("click", () => answer(button.dataset.action).catch((error) => {
    message.className = "bad";
    message.textContent = error.message;
  }));
}
