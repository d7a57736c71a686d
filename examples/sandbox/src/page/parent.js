let chosen = null;      // kuid
let player = null;      // the chosen player's last known state
let today = "";

const playerPath = (rest) => "/players/" + encodeURIComponent(chosen) + rest;
const permissionPath = (name) => playerPath("/permissions/" + encodeURIComponent(name));

// ---- players -------------------------------------------------------------------------------------------------------
const stateWords = { ACTIVE: "active", HOLD: "on hold", NO_SESSION: "no session" };
const statusWords = { DIGITAL_MINOR: "digital minor", DIGITAL_YOUTH: "digital youth", LEGAL_ADULT: "legal adult" };

function choose(kuid) {
  chosen = kuid;
  at("birthday").shown = undefined;
}

function showPlayers(list) {
  showList(at("players"), list.players, (item) => item.kuid,
    (item) => {
      const button = make("button", { type: "button" });
      button.addEventListener("click", () => { choose(item.kuid); refresh(); });
      return make("li", {}, [button]);
    },
    (row, item) => {
      const button = row.firstElementChild;
      setText(button, `${item.name}, ${item.age}: ${stateWords[item.state]}`);
      button.setAttribute("aria-pressed", String(item.kuid === chosen));
    });
  const shown = list.players.length;
  setText(at("players-note"), list.total === 0 ? "No players yet."
    : shown < list.matching ? `The first ${shown} of ${list.matching} are shown; search to find others.`
    : `${list.matching} of ${list.total}.`);
}

function showFacts(facts) {
  showList(at("facts"), facts.flatMap(([name, value]) => [["dt", name, name], ["dd", name, value]]),
    (item) => item[0] + item[1], (item) => make(item[0]), (element, item) => setText(element, item[2]));
}

function showPlayer() {
  at("player").hidden = !player;
  at("player-none").hidden = !!player;
  if (!player) { setText(at("player-title"), "No player chosen"); return; }
  setText(at("player-title"), player.name);
  const session = player.session;
  const facts = [
    ["State", stateWords[player.state]],
    ["Age", `${player.age} (${statusWords[player.ageStatus]}; consent from ${player.digitalConsentAge}, adult from ${player.civilAge})`],
    ["Jurisdiction", player.jurisdiction], ["kuid", player.kuid],
  ];
  if (session) facts.push(["Session id", session.sessionId], ["Session managed by", session.managedBy], ["etag", session.etag.slice(0, 16) + "…"]);
  showFacts(facts);
  at("hold").disabled = player.state !== "ACTIVE";
  at("release").disabled = player.state !== "HOLD";
  at("revoke").disabled = !session;
  at("consent").disabled = !!session;
  setValue(at("birthday"), player.dateOfBirth);
  setText(at("become-youth"), `Becomes ${player.digitalConsentAge} today`);
  setText(at("become-adult"), `Becomes ${player.civilAge} today`);
  for (const element of at("permission-form").elements) element.disabled = !session;
  setText(at("session-json"), session ? JSON.stringify(session, null, 2) : "no session");
  showPermissions(session ? session.permissions : []);
}

function showPermissions(permissions) {
  showList(at("permissions"), permissions, (item) => chosen + " " + item.name, buildPermission, (row, item) => {
    const { on, managed, threshold } = row.parts;
    const hasThreshold = item.verifiedAgeThreshold !== undefined;
    on.checked = item.enabled;
    on.disabled = item.managedBy === "PROHIBITED";
    setValue(managed, item.managedBy);
    managed.disabled = hasThreshold;
    managed.title = hasThreshold ? "The age decides: prohibited below the threshold, the player's from it on" : "";
    managed.options[1].disabled = player.ageStatus === "LEGAL_ADULT";
    setValue(threshold, hasThreshold ? String(item.verifiedAgeThreshold) : "");
  });
  refused = null;
}

function buildPermission({ name }) {
  const on = make("input", { type: "checkbox" });
  on.setAttribute("aria-label", name + " is on");
  on.addEventListener("change", () => {
    const enabled = on.checked;
    act(`${name} is ${enabled ? "on" : "off"}.`, () => call("PUT", permissionPath(name), { enabled }));
  });
  const managed = make("select", {}, ["PLAYER", "GUARDIAN", "PROHIBITED"].map((value) => make("option", { value, textContent: value })));
  managed.setAttribute("aria-label", name + " is managed by");
  managed.addEventListener("change", () => {
    const managedBy = managed.value;
    act(`${name} is managed by ${managedBy}.`, () => call("PUT", permissionPath(name), { managedBy }));
  });
  const threshold = make("input", { type: "number", min: "1", max: "120" });
  threshold.setAttribute("aria-label", name + " needs a verified age of");
  threshold.addEventListener("change", () => {
    const verifiedAgeThreshold = threshold.value === "" ? null : Number(threshold.value);
    act(`${name}: age threshold ${verifiedAgeThreshold ?? "removed"}.`, () => call("PUT", permissionPath(name), { verifiedAgeThreshold }));
  });
  const remove = make("button", { type: "button", textContent: "Remove" });
  remove.setAttribute("aria-label", "Remove " + name);
  remove.addEventListener("click", () => act(`${name} is gone.`, () => call("DELETE", permissionPath(name))));
  const row = make("tr", {}, [make("td", { className: "code", textContent: name }),
    ...[on, managed, threshold, remove].map((part) => make("td", {}, [part]))]);
  row.parts = { on, managed, threshold };
  return row;
}

// ---- the service ---------------------------------------------------------------------------------------------------
function showState(state) {
  today = state.today;
  setValue(at("today"), state.today);
  setText(at("today-note"), state.todayIsFixed ? "fixed" : "the real date");
  at("today-real").disabled = !state.todayIsFixed;
  showFaults(state.faults);
  showSwitches(state.switches);
  setValue(at("code-seconds"), String(state.lifetimes.codeSeconds));
  setValue(at("token-seconds"), String(state.lifetimes.tokenSeconds));
}

function showWebhooks(webhooks) {
  setValue(at("webhook-url"), webhooks.url || "");
  at("webhook-test").disabled = !webhooks.url;
  const totals = webhooks.totals;
  setText(at("webhook-note"), `${webhooks.secretSet ? "Signed." : "Not signed: no secret is set."} Delivered ${totals.delivered}, pending ${totals.pending}, dropped ${totals.dropped}, without an address ${totals.noTarget}. An age-up sends none.`);
  const words = { pending: ["under way", "warn"], delivered: ["delivered", "good"], dropped: ["dropped", "bad"], noTarget: ["no address", "faint"] };
  showList(at("deliveries"), webhooks.deliveries.slice(-50).reverse(), (item) => item.number, () => cells(5, [2]), (row, item) => {
    const answers = item.attempts.map((attempt) => attempt.status === null ? attempt.error : String(attempt.status)).join(", then ");
    [String(item.number), item.eventType, item.challengeId || item.sessionId, words[item.state][0], answers].forEach((text, i) => setText(row.cells[i], text));
    setClass(row.cells[3], words[item.state][1]);
  });
}

function showRequests(log) {
  setText(at("requests-note"), `${log.total} so far.`);
  showList(at("requests"), log.entries.reverse(), (item) => item.number, () => cells(6, [2]), (row, item) => {
    const answer = item.status === null ? "none" : String(item.status);
    [String(item.number), item.at.slice(11, 19), item.method + " " + item.path, answer, item.fault || "", String(item.durationMs)]
      .forEach((text, i) => setText(row.cells[i], text));
    setClass(row.cells[3], item.status !== null && item.status < 400 ? "good" : "bad");
  });
}

// ---- refreshing ----------------------------------------------------------------------------------------------------
function ask() {
  const kuid = chosen;
  const gone = () => { if (chosen === kuid) chosen = null; return null; };
  return [
    call("GET", "/state"),
    call("GET", "/players?limit=100&search=" + encodeURIComponent(at("search").value)),
    kuid === null ? null : call("GET", playerPath("")).catch(gone),
    call("GET", "/webhooks"),
    call("GET", "/requests?limit=50"),
    call("GET", "/challenges?limit=50"),
  ];
}

function show([state, list, details, webhooks, requests, challenges]) {
  player = details;
  showState(state); showPlayers(list); showPlayer(); showWebhooks(webhooks); showRequests(requests); showInbox(challenges);
}
keepRefreshing(1000);

// ---- controls ------------------------------------------------------------------------------------------------------
at("search").addEventListener("input", refresh);
onSubmit("date-form", () => act((s) => `Today is ${s.today}.`, () => call("PUT", "/date", { today: at("today").value })));
onClick("today-real", () => act((s) => `Today is ${s.today}, the real date.`, () => call("PUT", "/date", { today: null })));
onSubmit("add-form", () => {
  const fresh = { jurisdiction: at("add-jurisdiction").value || undefined, name: at("add-name").value || undefined, dateOfBirth: at("add-birth").value || undefined };
  act((made) => { choose(made.kuid); at("add-name").value = ""; return `${made.name} has a session.`; }, () => call("POST", "/players", fresh));
});
for (const [id, what] of [["hold", "On hold."], ["release", "Released."], ["revoke", "Consent revoked, session deleted."], ["consent", "Consented again: a new session."]]) {
  onClick(id, () => act(what, () => call("POST", playerPath("/" + id))));
}
function moveBirthday(dateOfBirth) {
  act((p) => `${p.name} is ${p.age} (${statusWords[p.ageStatus]}).`, async () => {
    const moved = await call("PUT", playerPath("/birthday"), { dateOfBirth });
    at("birthday").value = moved.dateOfBirth;
    return moved;
  });
}
function becomes(age) {
  const born = String(Number(today.slice(0, 4)) - age).padStart(4, "0");
  moveBirthday(born + (today.slice(4) === "-02-29" ? "-02-28" : today.slice(4)));
}
onSubmit("birthday-form", () => moveBirthday(at("birthday").value));
onClick("become-youth", () => becomes(player.digitalConsentAge));
onClick("become-adult", () => becomes(player.civilAge));
onSubmit("permission-form", () => {
  const name = at("permission-name").value;
  act(`${name} is added, off.`, async () => {
    const answer = await call("PUT", permissionPath(name), { enabled: false });
    at("permission-name").value = "";
    return answer;
  });
});
faultControls("/faults");
switchControls("/switches");
onSubmit("lifetimes-form", () => act("New codes and tokens live that long.", () =>
  call("PUT", "/lifetimes", { codeSeconds: Number(at("code-seconds").value), tokenSeconds: Number(at("token-seconds").value) })));
onSubmit("webhook-form", () => {
  const settings = { url: at("webhook-url").value || null };
  if (at("webhook-secret").value !== "") settings.secret = at("webhook-secret").value;
  act((w) => w.url ? "Webhooks go to " + w.url + "." : "Webhooks go nowhere.", async () => {
    const answer = await call("PUT", "/webhooks", settings);
    at("webhook-secret").value = "";
    return answer;
  });
});
onClick("webhook-test", () => act((test) => {
  const words = (attempt) => attempt === null ? "not sent" : attempt.status ?? attempt.error;
  return `Test pair ${test.passed ? "passed" : "failed"}: valid ${words(test.valid)} (expected 200), without a valid signature ${words(test.invalid)} (expected 401).`;
}, () => call("POST", "/webhooks/test")));
onClick("reset", () => { if (confirm("Forget all players, settings and logs?")) { choose(null); act("Everything is as at the start.", () => call("POST", "/reset")); } });
