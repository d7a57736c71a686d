
// ---- the parent's inbox --------------------------------------------------------------------------------------------
const answerWords = { PENDING: ["not opened", "warn"], IN_PROGRESS: ["opened", "warn"], PASS: ["passed", "good"], FAIL: ["failed", "bad"] };
const parentsActions = [["open", "Open"], ["approve", "Approve"], ["refuse", "Refuse"], ["expire", "Let expire"]];
const playersActions = [["open", "Open"], ["pass", "Pass"], ["fail", "Fail"], ["expire", "Let expire"]];
const said = { open: "Opened.", approve: "Approved.", refuse: "Refused.", expire: "Its codes have expired.", pass: "The age check is passed.", fail: "The age check has failed." };
const asControl = { pass: "approve", fail: "refuse" };

function buildChallenge(item) {
  const row = cells(6, [3]);
  row.id = "challenge-" + item.challengeId;
  row.dataset.challenge = item.challengeId;
  const page = make("a", { textContent: "Page", target: "_blank", rel: "noopener" });
  page.dataset.challenge = item.challengeId;
  page.dataset.action = "page";
  const buttons = (item.answeredBy === "player" ? playersActions : parentsActions).map(([action, word]) => {
    const button = make("button", { type: "button", textContent: word });
    button.dataset.challenge = item.challengeId;
    button.dataset.action = action;
    button.setAttribute("aria-label", `${word}: challenge ${item.number}`);
    button.addEventListener("click", () => act((answer) => said[action] + (answer.webhooks.length ? " Webhooks: " + answer.webhooks.join(", ") + "." : ""),
      () => call("POST", `/challenges/${encodeURIComponent(item.challengeId)}/${asControl[action] || action}`)));
    return button;
  });
  row.cells[5].append(make("div", { className: "row" }, [page, ...buttons]));
  row.parts = { page, buttons };
  return row;
}

function showInbox(list) {
  setText(at("inbox-note"), list.total === 0 ? "Nobody asks for anything."
    : list.challenges.length < list.total ? `The last ${list.challenges.length} of ${list.total}.` : `${list.total} so far.`);
  showList(at("challenges"), list.challenges, (item) => item.challengeId, buildChallenge, (row, item) => {
    const isOpen = item.status === "PENDING" || item.status === "IN_PROGRESS";
    const asks = `${item.player} asks for ${item.permissions.join(", ")} (${item.type.replace("CHALLENGE_", "")}).`;
    const until = item.expiresAt.slice(5, 19).replace("T", " ") + (item.expired ? "\nexpired" : "");
    const sent = item.emails.map((email) => email.to || "the last approving adult").join(", ");
    [String(item.number), asks, answerWords[item.status][0], (item.code ? item.code + "\n" : "") + until, item.emails.length ? `${item.emails.length}: ${sent}` : "none"]
      .forEach((text, i) => setText(row.cells[i], text));
    setClass(row.cells[2], answerWords[item.status][1]);
    row.dataset.status = item.status;
    row.parts.page.href = item.url;
    row.cells[5].firstElementChild.hidden = !isOpen;
    row.parts.buttons[0].disabled = item.status !== "PENDING";
  });
}
