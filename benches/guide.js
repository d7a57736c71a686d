// The guide's way of refreshing, in JavaScript: the answer is parsed, and for each permission of the new session the old one is
// looked for from the beginning. Prints for each round what that takes, as the benches in C do.
"use strict";
const fs = require("fs");
const readline = require("readline");

const [count, folder] = process.argv.slice(2);

/** The changes between two sessions, as the guide lists them. */
function compare(before, after) {
  const changes = [];
  for (const now of after.permissions) {
    const was = before.permissions.find((permission) => permission.name === now.name);
    if (!was) {
      changes.push({ type: "added", permission: now.name, enabled: now.enabled });
    } else if (was.enabled !== now.enabled) {
      const type = now.enabled ? "enabled" : "disabled";
      changes.push({ type, permission: now.name, previousState: was.enabled });
    } else if (was.managedBy !== now.managedBy) {
      changes.push({
        type: "management_changed",
        permission: now.name,
        previousManagedBy: was.managedBy,
        newManagedBy: now.managedBy,
      });
    }
  }
  if (before.ageStatus !== after.ageStatus) {
    changes.push({ type: "age_status_changed", previousStatus: before.ageStatus, newStatus: after.ageStatus });
  }
  return changes;
}

let bodies = null;
let held = null;
let sum = 0;

function refresh(body) {
  const session = JSON.parse(body).session;
  sum += compare(held, session).length;
  held = session;
}

function round() {
  if (!bodies) {
    bodies = [0, 1].map((version) => fs.readFileSync(`${folder}/body-${count}-${version}.json`, "utf8"));
    held = JSON.parse(bodies[0]).session;
    // Compiled and warm before anything counts.
    for (let i = 1; i <= Math.max(4, 8000 / count); i++) refresh(bodies[i % 2]);
  }
  const times = Math.max(2, Math.floor(4000 / count));
  const spent = [];
  for (let i = 1; i <= times; i++) {
    const start = process.hrtime.bigint();
    refresh(bodies[i % 2]);
    spent.push(Number(process.hrtime.bigint() - start));
  }
  if (sum === 0) throw new Error("no change was found");
  spent.sort((a, b) => a - b);
  process.stdout.write(`guide_${count} ${spent[Math.floor(spent.length / 2)]}\n.\n`);
}

readline.createInterface({ input: process.stdin }).on("line", round);
