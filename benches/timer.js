// 201 ticks of 50 ms by setInterval, as a studio would write heartbeats; prints the moments of each round.
"use strict";
const readline = require("readline");

readline.createInterface({ input: process.stdin }).on("line", () => {
  const moments = [];
  const timer = setInterval(() => {
    moments.push(process.hrtime.bigint());
    if (moments.length === 201) {
      clearInterval(timer);
      moments.forEach((moment, i) => console.log(`tick${String(i).padStart(3, "0")} ${moment}`));
      console.log(".");
    }
  }, 50);
});
