// The tasks of late.

import { byId, element } from "./elements.js";
import { play } from "./player.js";

export async function showTasks(api, problem) {
  const { data } = await api.json("/v1/speech-tasks?limit=10");
  byId("tasks").replaceChildren(...data.map((task) => row(api, task, problem)));
}

function row(api, task, problem) {
  const made = new Date(1000 * task.created_at).toLocaleTimeString();
  const length = task.duration === null ? "" : `${task.duration.toFixed(1)} s`;
  const again = element("button", { type: "button", textContent: "Listen", hidden: !task.audio_url });
  again.setAttribute("aria-label", `Listen to the task of ${made}`);
  again.onclick = () => play(api, task).catch(problem);
  const state = element("td", { textContent: task.status, title: task.error?.message ?? "" });
  return element(
    "tr",
    {},
    element("td", { textContent: made }),
    state,
    element("td", { textContent: task.voice ?? "" }),
    element("td", { textContent: length }),
    element("td", {}, again),
  );
}
