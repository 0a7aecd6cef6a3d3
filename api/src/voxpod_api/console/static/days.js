// What was used on the days before this one.

import { byId, element } from "./elements.js";

const DAYS = 7;
const DAY = 86400;

export async function showDays(api) {
  const today = Math.floor(Date.now() / 1000 / DAY) * DAY;
  const said = await api.json(`/v1/usage?start_time=${today - DAYS * DAY}&end_time=${today}&limit=${DAYS}`);
  const table = byId("days");
  table.tBodies[0].replaceChildren(...said.data.map(row));
  table.hidden = !said.data.length;
}

function row({ start_time, results }) {
  const [used = {}] = results;
  const seconds = used.voxpod_audio_seconds ?? 0;
  const numbers = [used.num_model_requests ?? 0, used.characters ?? 0].map((one) => one.toLocaleString());
  return element(
    "tr",
    {},
    element("td", { textContent: new Date(1000 * start_time).toISOString().slice(0, 10) }),
    ...[...numbers, `${seconds.toFixed(0)} s`].map((text) => element("td", { className: "number", textContent: text })),
  );
}
