// What is left of the tenant's limits.

import { byId, element } from "./elements.js";

const NAMES = {
  requests: "Requests",
  characters: "Characters",
  "audio-seconds": "Seconds of audio",
  concurrency: "At a time",
  "requests-per-minute": "In a minute",
};

export async function showLimits(api) {
  const said = await api.json("/v1/limits");
  const known = said.limits.filter((limit) => limit.remaining !== null);
  byId("who").textContent = said.suspended ? `${said.tenant} (suspended)` : said.tenant;
  byId("who").hidden = false;
  byId("limits").replaceChildren(
    ...known.map((limit) => {
      const used = Math.max(0, limit.limit - limit.remaining);
      const name = NAMES[limit.name] ?? limit.name;
      const bar = element("meter", { min: 0, max: limit.limit, high: 0.8 * limit.limit, optimum: 0, value: used });
      bar.setAttribute("aria-label", name);
      return element("li", {}, name, bar, `${used.toLocaleString()} of ${limit.limit.toLocaleString()}`);
    }),
  );
  if (!known.length) byId("limits").replaceChildren(element("li", { textContent: "No limits." }));
  byId("reset").textContent = said.reset_at ? `The day begins anew ${new Date(1000 * said.reset_at).toLocaleString()}.` : "";
}
