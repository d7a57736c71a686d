// ---- the last minute ------------------------------------------------------------------------------------------------
const minute = 60000;
const longGap = 10000;
const seconds = (ms) => (ms / 1000).toFixed(1) + " s";
const isSign = (request) => request.answer === "success" && request.kind !== "end";
const outcome = (request) => request.fault ? "fault " + request.fault : request.answer;

// The times without a beat that are too long, up to now if none has come and the game session was not ended.
function gapsOf(requests, now) {
  const gaps = [];
  let last = null;
  for (const request of requests.filter((request) => request.answer === "success")) {
    if (last !== null && isSign(request)) gaps.push({ from: last, to: request.at, open: false });
    last = isSign(request) ? request.at : null;
  }
  if (last !== null && last > now - minute) gaps.push({ from: last, to: now, open: true });
  return gaps.filter((gap) => gap.to - gap.from > longGap && gap.to > now - minute);
}

function showTimeline(line, user, now) {
  const place = (time) => Math.max(0, 100 - (now - time) * 100 / minute) + "%";
  const gaps = gapsOf(user.requests, now);
  const marks = user.requests.filter((request) => request.at > now - minute);
  const beats = marks.filter((request) => isSign(request) && request.kind === "heartbeat").length;
  line.setAttribute("aria-label", `${user.name}, the last minute: beats ${beats}, gaps over 10 s ${gaps.length}`);
  line.dataset.gaps = String(gaps.length);
  showList(line, [...gaps.map((gap) => ({ ...gap, isGap: true })), ...marks], (item) => item.isGap ? "gap " + item.from : item.number,
    (item) => make("span", { className: item.isGap ? "gap" : isSign(item) ? "mark sign" : "mark" }),
    (element, item) => {
      element.style.left = place(item.isGap ? item.from : item.at);
      if (item.isGap) {
        element.style.right = `calc(100% - ${place(item.to)})`;
        Object.assign(element.dataset, { gapMs: String(item.to - item.from), open: String(item.open) });
        setText(element, seconds(item.to - item.from));
      } else {
        Object.assign(element.dataset, { request: String(item.number), kind: item.kind, answer: item.answer || "", fault: item.fault || "", at: String(item.at) });
        element.title = `${item.kind}: ${outcome(item)}, ${seconds(now - item.at)} ago`;
      }
    });
}

// ---- users ----------------------------------------------------------------------------------------------------------
function buildUser({ name }) {
  const title = make("strong", { textContent: name });
  const state = make("span", { className: "state" });
  const facts = make("p", { className: "faint" });
  const revoke = make("button", { type: "button", textContent: "Revoke token" });
  revoke.setAttribute("aria-label", "Revoke the token of " + name);
  Object.assign(revoke.dataset, { user: name, action: "revoke-token" });
  revoke.addEventListener("click", () => act(`The token of ${name} is revoked.`, () => call("POST", `/ads/users/${encodeURIComponent(name)}/revoke-token`)));
  const line = make("div", { className: "timeline" });
  line.setAttribute("role", "img");
  line.dataset.user = name;
  const row = make("li", {}, [make("div", { className: "row" }, [title, state, revoke]), facts, line]);
  row.dataset.user = name;
  row.parts = { state, facts, revoke, line };
  return row;
}

function showUsers({ now, users }) {
  setText(at("users-note"), users.length ? `${users.filter((user) => user.state === "IN_GAME").length} of ${users.length} in a game.`
    : "No users yet. POST /control/ads/users with {\"name\": \"ann\"} adds one, and answers with the token.");
  showList(at("ads-users"), users, (user) => user.name, buildUser, (row, user) => {
    const { state, facts, revoke, line } = row.parts;
    const inGame = user.state === "IN_GAME";
    setText(state, inGame ? `in a game for ${seconds(now - user.startedAt)}` : "not in a game");
    setClass(state, inGame ? "state good" : "state faint");
    const last = user.lastBeatAt === null ? "none yet" : `the last ${seconds(now - user.lastBeatAt)} ago`;
    const gap = user.longestGapMs === null ? "" : ` Longest gap ${seconds(user.longestGapMs)}.`;
    const token = user.tokenEnd === null ? "Token revoked." : `Token …${user.tokenEnd}.`;
    setText(facts, `Beats ${user.beats}, ${last}.${gap} Expired ${user.expired}, ended ${user.ended}. ${token}`);
    revoke.disabled = user.tokenEnd === null;
    const longest = user.longestGapMs === null ? "" : String(user.longestGapMs);
    Object.assign(row.dataset, { state: user.state, beats: String(user.beats), longestGapMs: longest, expired: String(user.expired), ended: String(user.ended) });
    showTimeline(line, user, now);
  });
  const latest = users.flatMap((user) => user.requests.map((request) => ({ ...request, user: user.name })))
    .sort((a, b) => b.number - a.number).slice(0, 50);
  showList(at("ads-requests"), latest, (item) => item.number, () => cells(6, []), (row, item) => {
    [String(item.number), (item.at / 1000).toFixed(3), item.user, item.kind, outcome(item), item.status === null ? "none" : String(item.status)]
      .forEach((text, i) => setText(row.cells[i], text));
    setClass(row.cells[4], item.answer === "success" ? "good" : "bad");
    Object.assign(row.dataset, { request: String(item.number), user: item.user, kind: item.kind, answer: item.answer || "", fault: item.fault || "" });
  });
}

// ---- refreshing and controls ----------------------------------------------------------------------------------------
function ask() { return [call("GET", "/ads/users"), call("GET", "/state")]; }

function show([users, { ads }]) {
  showUsers(users);
  showFaults(ads.faults);
  showSwitches(ads.switches);
  setValue(at("expiry-ms"), String(ads.settings.expiryMs));
}

faultControls("/ads/faults");
switchControls("/ads/switches");
onSubmit("expiry-form", () => act((s) => `A game session expires after ${s.expiryMs} ms without a beat.`,
  () => call("PUT", "/ads/settings", { expiryMs: Number(at("expiry-ms").value) })));
onClick("ads-forget", () => act("Forgotten. Users and game sessions stay.", () => call("DELETE", "/ads/log")));
keepRefreshing(500);
